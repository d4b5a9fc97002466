#include <fmt/format.h>
#include <paceline/endpoint/json_string.h>
#include <paceline/endpoint/reply_format.h>
#include <paceline/endpoint/reply_text.h>

#include <cstdint>
#include <iterator>
#include <string_view>

namespace paceline {
namespace {

// Of created, in_progress, output_item.added and content_part.added.
constexpr std::uint64_t opening_events = 4;

std::string_view status_of(const Generation& reply) {
  return reply.is_capped ? "incomplete" : "completed";
}

void append_item_id(const Generation& reply, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"("msg_{:029}")", reply.number);
}

void append_text(const Generation& reply, std::string& out) {
  out += '"';
  append_reply_text(reply.tokens, out);
  out += '"';
}

void append_part(const Generation& reply, bool done, std::string& out) {
  out += R"({"type":"output_text","annotations":[],"logprobs":[],"text":)";
  if (done) {
    append_text(reply, out);
  } else {
    out += R"("")";
  }
  out += '}';
}

void append_item(const Generation& reply, bool done, std::string& out) {
  out += R"({"id":)";
  append_item_id(reply, out);
  out += R"(,"type":"message","status":")";
  out += done ? status_of(reply) : "in_progress";
  out += R"(","role":"assistant","content":[)";
  if (done) append_part(reply, done, out);
  out += "]}";
}

void append_response(const Generation& reply, bool done, std::string& out) {
  const auto end = std::back_inserter(out);
  fmt::format_to(end, R"({{"id":"resp_{:029}","object":"response","created_at":{},"status":"{}",)",
                 reply.number, reply.created, done ? status_of(reply) : "in_progress");
  out += R"("error":null,"incomplete_details":)";
  out += done && reply.is_capped ? R"({"reason":"max_output_tokens"})" : "null";
  out += R"(,"model":)";
  append_json_string(reply.model, out);
  out += R"(,"output":[)";
  if (!done) {
    out += R"(],"usage":null})";
    return;
  }
  append_item(reply, done, out);
  fmt::format_to(end,
                 R"(],"usage":{{"input_tokens":{},"input_tokens_details":{{"cached_tokens":{}}},)"
                 R"("output_tokens":{},"output_tokens_details":{{"reasoning_tokens":0}},)"
                 R"("total_tokens":{}}}}})",
                 reply.prompt_tokens, reply.cached_tokens, reply.tokens, reply.total_tokens());
}

/// Writes events with their names, types and numbers.
class Events {
 public:
  Events(const Generation& reply, std::uint64_t first_number, std::string& out)
      : reply_(reply), number_(first_number), out_(out) {}

  void response(std::string_view name, bool done) {
    open(name);
    out_ += R"(,"response":)";
    append_response(reply_, done, out_);
    out_ += "}\n\n";
  }

  void item(std::string_view name, bool done) {
    open(name);
    out_ += R"(,"output_index":0,"item":)";
    append_item(reply_, done, out_);
    out_ += "}\n\n";
  }

  void part(std::string_view name, bool done) {
    open(name);
    place();
    out_ += R"(,"part":)";
    append_part(reply_, done, out_);
    out_ += "}\n\n";
  }

  void text_done() {
    open("response.output_text.done");
    place();
    out_ += R"(,"logprobs":[],"text":)";
    append_text(reply_, out_);
    out_ += "}\n\n";
  }

 private:
  void open(std::string_view name) {
    fmt::format_to(std::back_inserter(out_),
                   "event: {0}\ndata: {{\"type\":\"{0}\",\"sequence_number\":{1}", name, number_++);
  }

  void place() {
    out_ += R"(,"item_id":)";
    append_item_id(reply_, out_);
    out_ += R"(,"output_index":0,"content_index":0)";
  }

  const Generation& reply_;
  std::uint64_t number_;
  std::string& out_;
};

class ResponsesFormat : public ReplyFormat {
 public:
  void write_whole(const Generation& reply, std::string& out) const override {
    append_response(reply, true, out);
  }

  void write_opening(const Generation& reply, std::string& out) const override {
    Events events(reply, 0, out);
    events.response("response.created", false);
    events.response("response.in_progress", false);
    events.item("response.output_item.added", false);
    events.part("response.content_part.added", false);
  }

  void set_frame(const Generation& reply, TokenFrame& frame) const override {
    frame.before = "event: response.output_text.delta\n";
    frame.before += R"(data: {"type":"response.output_text.delta","item_id":)";
    append_item_id(reply, frame.before);
    frame.before += R"(,"output_index":0,"content_index":0,"logprobs":[],"delta":")";
    frame.after = R"(","sequence_number":)";
    frame.first_number = opening_events;
    frame.end = "}\n\n";
  }

  void write_closing(const Generation& reply, std::string& out) const override {
    Events events(reply, opening_events + reply.tokens, out);
    events.text_done();
    events.part("response.content_part.done", true);
    events.item("response.output_item.done", true);
    events.response(reply.is_capped ? "response.incomplete" : "response.completed", true);
  }
};

}  // namespace

const ReplyFormat& responses_format() {
  static const ResponsesFormat format;
  return format;
}

}  // namespace paceline
