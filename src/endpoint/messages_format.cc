#include <endpoint/generation.h>
#include <paceline/text/strings.h>

#include <cstddef>
#include <string_view>

namespace paceline::endpoint {
namespace {

/// POST /v1/messages. A response has one block of text.
class MessagesFormat : public GenerationFormat {
 public:
  void write_whole(const Generation& response, std::string& out) const override {
    append_head(response, out);
    out += R"("content":[{"type":"text","text":")";
    append_text_of(response, out);
    out += R"("}],)";
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
        R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
        "\n\n"
        "event: ping\n"
        "data: {\"type\":\"ping\"}\n\n";
  }

  void set_frame(const Generation&, TokenFrame& frame) const override {
    frame.before =
        "event: content_block_delta\n"
        R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")";
    frame.after_choice.clear();
    frame.after = "\"}}\n\n";
    frame.first_number.reset();
    frame.end.clear();
  }

  void write_closing(const Generation& response, std::string& out) const override {
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
    return response.is_capped ? R"("max_tokens")" : R"("end_turn")";
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
