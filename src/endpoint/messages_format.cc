#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <paceline/text/strings.h>

#include <cstddef>
#include <string_view>

namespace paceline::endpoint {
namespace {

/// POST /v1/messages. A response has one block: text, or the use of a tool.
class MessagesFormat : public GenerationFormat {
 public:
  void write_whole(const Generation& response, std::string& out) const override {
    append_head(response, out);
    out += R"("content":[)";
    if (response.calls_tool()) {
      append_tool_head(response, out);
      append_json_of(response, out);
    } else {
      out += R"({"type":"text","text":")";
      append_text_of(response, out);
      out += '"';
    }
    out += "}],";
    append_stop(stop_reason(response), out);
    append_usage(response, response.tokens, out);
    out += '}';
  }

  // Anthropic counts one output token before the first delta.
  void write_opening(const Generation& response, std::string& out) const override {
    out += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":";
    append_head(response, out);
    out += R"("content":[],)";
    append_stop("null", out);
    append_usage(response, 1, out);
    out +=
        "}}\n\n"
        "event: content_block_start\n"
        R"(data: {"type":"content_block_start","index":0,"content_block":)";
    if (response.calls_tool()) {
      append_tool_head(response, out);
      out += "{}";
    } else {
      out += R"({"type":"text","text":"")";
    }
    out +=
        "}}\n\n"
        "event: ping\n"
        "data: {\"type\":\"ping\"}\n\n";
  }

  void set_frame(const Generation& response, TokenFrame& frame) const override {
    frame.before =
        "event: content_block_delta\n"
        R"(data: {"type":"content_block_delta","index":0,"delta":{"type":)";
    frame.before += response.calls_tool() ? R"("input_json_delta","partial_json":")"
                                          : R"("text_delta","text":")";
    frame.after_choice.clear();
    frame.after = "\"}}\n\n";
    frame.numbers.clear();
  }

  void write_closing(const Generation& response, std::string& out) const override {
    if (response.fails) {
      std::string error;
      write_error(overloaded(), ErrorForm::anthropic, error);
      out += "event: error\ndata: " + error + "\n\n";
      return;
    }
    out +=
        "event: content_block_stop\n"
        "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        "event: message_delta\n"
        R"(data: {"type":"message_delta","delta":{"stop_reason":)";
    out += stop_reason(response);
    out += R"(,"stop_sequence":null},"usage":{"output_tokens":)";
    text::append_number(response.tokens, out);
    out +=
        "}}\n\n"
        "event: message_stop\n"
        "data: {\"type\":\"message_stop\"}\n\n";
  }

 private:
  static std::string_view stop_reason(const Generation& response) {
    if (response.is_filtered) return R"("refusal")";
    if (response.is_capped) return R"("max_tokens")";
    return response.calls_tool() ? R"("tool_use")" : R"("end_turn")";
  }

  // Up to the input's value.
  static void append_tool_head(const Generation& response, std::string& out) {
    constexpr std::size_t id_width = 24;
    out += R"({"type":"tool_use","id":"toolu_)";
    text::append_number(response.number, out, id_width);
    out += R"(","name":)";
    text::append_json_string(response.tool, out);
    out += R"(,"input":)";
  }

  static void append_head(const Generation& response, std::string& out) {
    constexpr std::size_t id_width = 29;
    out += R"({"id":"msg_)";
    text::append_number(response.number, out, id_width);
    out += R"(","type":"message","role":"assistant","model":)";
    text::append_json_string(response.model, out);
    out += ',';
  }

  static void append_stop(std::string_view reason, std::string& out) {
    out += R"("stop_reason":)";
    out += reason;
    out += R"(,"stop_sequence":null,)";
  }

  // Cached tokens are not part of Anthropic's input tokens.
  static void append_usage(const Generation& response, std::size_t output_tokens,
                           std::string& out) {
    out += R"("usage":{"input_tokens":)";
    text::append_number(response.prompt_tokens - response.cached_tokens, out);
    out += R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":)";
    text::append_number(response.cached_tokens, out);
    out += R"(,"output_tokens":)";
    text::append_number(output_tokens, out);
    out += '}';
  }
};

}  // namespace

const GenerationFormat& messages_format() {
  static const MessagesFormat format;
  return format;
}

}  // namespace paceline::endpoint
