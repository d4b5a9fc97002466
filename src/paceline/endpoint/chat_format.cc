#include <paceline/endpoint/json_string.h>
#include <paceline/endpoint/reply_format.h>
#include <paceline/endpoint/reply_text.h>

#include <cstddef>
#include <string_view>

namespace paceline {
namespace {

std::string_view finish_reason(const Generation& reply) {
  return reply.is_capped ? R"("length")" : R"("stop")";
}

void append_head(const Generation& reply, std::string_view object, std::string& out) {
  constexpr std::size_t id_width = 29;
  out += R"({"id":"chatcmpl-)";
  append_number(reply.number, out, id_width);
  out += R"(","object":")";
  out += object;
  out += R"(","created":)";
  append_number(reply.created, out);
  out += R"(,"model":)";
  append_json_string(reply.model, out);
}

void append_usage(const Generation& reply, std::string& out) {
  out += R"("usage":{"prompt_tokens":)";
  append_number(reply.prompt_tokens, out);
  out += R"(,"completion_tokens":)";
  append_number(reply.tokens, out);
  out += R"(,"total_tokens":)";
  append_number(reply.total_tokens(), out);
  out += R"(,"prompt_tokens_details":{"cached_tokens":)";
  append_number(reply.cached_tokens, out);
  out += "}}";
}

void open_event(const Generation& reply, std::string& out) {
  out += "data: ";
  append_head(reply, "chat.completion.chunk", out);
  out += R"(,"system_fingerprint":null,"choices":[)";
}

// Ends the event after its one choice.
void end_event(const Generation& reply, std::string& out) {
  out += reply.includes_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
}

class ChatFormat : public ReplyFormat {
 public:
  void write_whole(const Generation& reply, std::string& out) const override {
    append_head(reply, "chat.completion", out);
    out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":")";
    append_reply_text(reply.tokens, out);
    out += R"(","refusal":null},"logprobs":null,"finish_reason":)";
    out += finish_reason(reply);
    out += "}],";
    append_usage(reply, out);
    out += R"(,"system_fingerprint":null})";
  }

  void write_opening(const Generation& reply, std::string& out) const override {
    open_event(reply, out);
    out += R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,)"
           R"("finish_reason":null})";
    end_event(reply, out);
  }

  void set_frame(const Generation& reply, TokenFrame& frame) const override {
    frame.before.clear();
    open_event(reply, frame.before);
    frame.before += R"({"index":0,"delta":{"content":")";
    frame.after = R"("},"logprobs":null,"finish_reason":null})";
    end_event(reply, frame.after);
    frame.first_number.reset();
    frame.end.clear();
  }

  void write_closing(const Generation& reply, std::string& out) const override {
    open_event(reply, out);
    out += R"({"index":0,"delta":{},"logprobs":null,"finish_reason":)";
    out += finish_reason(reply);
    out += '}';
    end_event(reply, out);
    if (reply.includes_usage) {
      open_event(reply, out);
      out += "],";
      append_usage(reply, out);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
  }
};

}  // namespace

const ReplyFormat& chat_format() {
  static const ChatFormat format;
  return format;
}

}  // namespace paceline
