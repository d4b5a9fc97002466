#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <paceline/text/strings.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace paceline::endpoint {
namespace {

// created, in_progress, output_item.added, and content_part.added for a text.
std::uint64_t opening_events(const Generation& response) {
  return response.calls_tool() ? 3 : 4;
}

bool is_incomplete(const Generation& response) {
  return response.is_capped || response.is_filtered;
}

std::string_view status_of(const Generation& response) {
  return is_incomplete(response) ? "incomplete" : "completed";
}

void append_id(std::string_view kind, const Generation& response, std::string& out) {
  constexpr std::size_t width = 29;
  out += '"';
  out += kind;
  text::append_number(response.number, out, width);
  out += '"';
}

void append_item_id(const Generation& response, std::string& out) {
  append_id(response.calls_tool() ? "fc_" : "msg_", response, out);
}

void append_token_counts(const Generation& response, std::string& out) {
  out += R"("usage":{"input_tokens":)";
  text::append_number(response.prompt_tokens, out);
  out += R"(,"input_tokens_details":{"cached_tokens":)";
  text::append_number(response.cached_tokens, out);
  out += R"(},"output_tokens":)";
  text::append_number(response.tokens, out);
  out += R"(,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":)";
  text::append_number(response.total_tokens(), out);
  out += '}';
}

void append_text(const Generation& response, std::string& out) {
  out += '"';
  append_text_of(response, out);
  out += '"';
}

void append_part(const Generation& response, bool done, std::string& out) {
  out += R"({"type":"output_text","annotations":[],"logprobs":[],"text":)";
  if (done) {
    append_text(response, out);
  } else {
    out += R"("")";
  }
  out += '}';
}

void append_item(const Generation& response, bool done, std::string& out) {
  out += R"({"id":)";
  append_item_id(response, out);
  out += response.calls_tool() ? R"(,"type":"function_call","status":")"
                               : R"(,"type":"message","status":")";
  out += done ? status_of(response) : "in_progress";
  if (response.calls_tool()) {
    out += R"(","call_id":)";
    append_id("call_", response, out);
    out += R"(,"name":)";
    text::append_json_string(response.tool, out);
    out += R"(,"arguments":")";
    if (done) append_text_of(response, out);
    out += R"("})";
    return;
  }
  out += R"(","role":"assistant","content":[)";
  if (done) append_part(response, done, out);
  out += "]}";
}

void append_response(const Generation& response, bool done, std::string& out) {
  out += R"({"id":)";
  append_id("resp_", response, out);
  out += R"(,"object":"response","created_at":)";
  text::append_number(response.created, out);
  out += R"(,"status":")";
  out += done ? status_of(response) : "in_progress";
  out += R"(","error":null,"incomplete_details":)";
  if (!done || !is_incomplete(response)) {
    out += "null";
  } else {
    out += response.is_filtered ? R"({"reason":"content_filter"})"
                                : R"({"reason":"max_output_tokens"})";
  }
  out += R"(,"model":)";
  text::append_json_string(response.model, out);
  if (!done) {
    out += R"(,"output":[],"usage":null})";
    return;
  }
  out += R"(,"output":[)";
  append_item(response, done, out);
  out += "],";
  append_token_counts(response, out);
  out += '}';
}

/// Writes events with their names, types and numbers.
class Events {
 public:
  Events(const Generation& response, std::uint64_t first_number, std::string& out)
      : response_(response), number_(first_number), out_(out) {}

  void response(std::string_view name, bool done) {
    open(name);
    out_ += R"(,"response":)";
    append_response(response_, done, out_);
    out_ += "}\n\n";
  }

  void item(std::string_view name, bool done) {
    open(name);
    out_ += R"(,"output_index":0,"item":)";
    append_item(response_, done, out_);
    out_ += "}\n\n";
  }

  void part(std::string_view name, bool done) {
    open(name);
    place();
    out_ += R"(,"content_index":0,"part":)";
    append_part(response_, done, out_);
    out_ += "}\n\n";
  }

  void text_done() {
    open("response.output_text.done");
    place();
    out_ += R"(,"content_index":0,"logprobs":[],"text":)";
    append_text(response_, out_);
    out_ += "}\n\n";
  }

  void error(const ApiError& error) {
    open("error");
    out_ += R"(,"code":)";
    text::append_json_string(error.type, out_);
    out_ += R"(,"message":)";
    text::append_json_string(error.message, out_);
    out_ += R"(,"param":null})"
            "\n\n";
  }

  void arguments_done() {
    open("response.function_call_arguments.done");
    place();
    out_ += R"(,"name":)";
    text::append_json_string(response_.tool, out_);
    out_ += R"(,"arguments":)";
    append_text(response_, out_);
    out_ += "}\n\n";
  }

 private:
  void open(std::string_view name) {
    out_ += "event: ";
    out_ += name;
    out_ += "\ndata: {\"type\":\"";
    out_ += name;
    out_ += R"(","sequence_number":)";
    text::append_number(number_++, out_);
  }

  void place() {
    out_ += R"(,"item_id":)";
    append_item_id(response_, out_);
    out_ += R"(,"output_index":0)";
  }

  const Generation& response_;
  std::uint64_t number_;
  std::string& out_;
};

class ResponsesFormat : public GenerationFormat {
 public:
  void write_whole(const Generation& response, std::string& out) const override {
    append_response(response, true, out);
  }

  void write_opening(const Generation& response, std::string& out) const override {
    Events events(response, 0, out);
    events.response("response.created", false);
    events.response("response.in_progress", false);
    events.item("response.output_item.added", false);
    if (!response.calls_tool()) events.part("response.content_part.added", false);
  }

  void set_frame(const Generation& response, TokenFrame& frame) const override {
    frame.after_choice.clear();
    const std::string_view name = response.calls_tool() ? "response.function_call_arguments.delta"
                                                        : "response.output_text.delta";
    frame.before = "event: ";
    frame.before += name;
    frame.before += "\ndata: {\"type\":\"";
    frame.before += name;
    frame.before += R"(","item_id":)";
    append_item_id(response, frame.before);
    frame.before += R"(,"output_index":0,)";
    if (!response.calls_tool()) frame.before += R"("content_index":0,"logprobs":[],)";
    frame.before += R"("delta":")";
    frame.after = R"(","sequence_number":)";
    frame.numbers.assign(1, {opening_events(response), false, "}\n\n"});
  }

  void write_closing(const Generation& response, std::string& out) const override {
    Events events(response, opening_events(response) + response.token_events(), out);
    if (response.fails) return events.error(overloaded());
    if (response.calls_tool()) {
      events.arguments_done();
    } else {
      events.text_done();
      events.part("response.content_part.done", true);
    }
    events.item("response.output_item.done", true);
    events.response(is_incomplete(response) ? "response.incomplete" : "response.completed", true);
  }
};

}  // namespace

const GenerationFormat& responses_format() {
  static const ResponsesFormat format;
  return format;
}

}  // namespace paceline::endpoint
