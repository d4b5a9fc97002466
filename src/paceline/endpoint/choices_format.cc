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

/// The API whose replies have a list of choices, in both its forms: of chats, and of plain texts.
class ChoicesFormat : public ReplyFormat {
 public:
  void write_whole(const Generation& reply, std::string& out) const override {
    append_head(reply, whole_object(), out);
    out += R"(,"choices":[)";
    for (std::size_t i = 0; i < reply.choices; ++i) {
      if (i > 0) out += ',';
      write_choice(reply, i, out);
    }
    out += "],";
    append_usage(reply, out);
    out += R"(,"system_fingerprint":null})";
  }

  void set_frame(const Generation& reply, TokenFrame& frame) const override {
    frame.before.clear();
    open_event(reply, frame.before);
    frame.before += R"({"index":)";
    frame.after_choice = before_token();
    frame.after = after_token();
    end_event(reply, frame.after);
    frame.first_number.reset();
    frame.end.clear();
  }

  void write_closing(const Generation& reply, std::string& out) const override {
    for (std::size_t i = 0; i < reply.choices; ++i) {
      open_event(reply, out);
      out += R"({"index":)";
      append_number(i, out);
      out += last_delta();
      out += finish_reason(reply);
      out += '}';
      end_event(reply, out);
    }
    if (reply.includes_usage) {
      open_event(reply, out);
      out += "],";
      append_usage(reply, out);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
  }

 protected:
  virtual std::string_view id_kind() const = 0;
  virtual std::string_view whole_object() const = 0;
  virtual std::string_view event_object() const = 0;
  virtual void write_choice(const Generation& reply, std::size_t choice,
                            std::string& out) const = 0;
  /// Of an event, between the choice's index and the token, and after that.
  virtual std::string_view before_token() const = 0;
  virtual std::string_view after_token() const = 0;
  /// Of the event after a choice's last token, up to its finish reason.
  virtual std::string_view last_delta() const = 0;

  void open_event(const Generation& reply, std::string& out) const {
    out += "data: ";
    append_head(reply, event_object(), out);
    out += R"(,"system_fingerprint":null,"choices":[)";
  }

  // Ends the event after its one choice.
  static void end_event(const Generation& reply, std::string& out) {
    out += reply.includes_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
  }

 private:
  void append_head(const Generation& reply, std::string_view object, std::string& out) const {
    constexpr std::size_t id_width = 29;
    out += R"({"id":")";
    out += id_kind();
    append_number(reply.number, out, id_width);
    out += R"(","object":")";
    out += object;
    out += R"(","created":)";
    append_number(reply.created, out);
    out += R"(,"model":)";
    append_json_string(reply.model, out);
  }

  static void append_usage(const Generation& reply, std::string& out) {
    out += R"("usage":{"prompt_tokens":)";
    append_number(reply.prompt_tokens, out);
    out += R"(,"completion_tokens":)";
    append_number(reply.all_tokens(), out);
    out += R"(,"total_tokens":)";
    append_number(reply.total_tokens(), out);
    out += R"(,"prompt_tokens_details":{"cached_tokens":)";
    append_number(reply.cached_tokens, out);
    out += "}}";
  }
};

class ChatFormat : public ChoicesFormat {
 public:
  void write_opening(const Generation& reply, std::string& out) const override {
    for (std::size_t i = 0; i < reply.choices; ++i) {
      open_event(reply, out);
      out += R"({"index":)";
      append_number(i, out);
      out += R"(,"delta":{"role":"assistant","content":""},"logprobs":null,)"
             R"("finish_reason":null})";
      end_event(reply, out);
    }
  }

 protected:
  std::string_view id_kind() const override { return "chatcmpl-"; }
  std::string_view whole_object() const override { return "chat.completion"; }
  std::string_view event_object() const override { return "chat.completion.chunk"; }
  std::string_view before_token() const override { return R"(,"delta":{"content":")"; }
  std::string_view after_token() const override {
    return R"("},"logprobs":null,"finish_reason":null})";
  }
  std::string_view last_delta() const override {
    return R"(,"delta":{},"logprobs":null,"finish_reason":)";
  }

  void write_choice(const Generation& reply, std::size_t choice, std::string& out) const override {
    out += R"({"index":)";
    append_number(choice, out);
    out += R"(,"message":{"role":"assistant","content":")";
    append_text_of(reply, out);
    out += R"(","refusal":null},"logprobs":null,"finish_reason":)";
    out += finish_reason(reply);
    out += '}';
  }
};

class CompletionsFormat : public ChoicesFormat {
 public:
  void write_opening(const Generation& reply, std::string& out) const override {
    if (reply.echoes.empty()) return;
    for (std::size_t i = 0; i < reply.choices; ++i) {
      open_event(reply, out);
      out += R"({"index":)";
      append_number(i, out);
      out += R"(,"text":)";
      append_json_string(reply.echo_of(i), out);
      out += R"(,"logprobs":null,"finish_reason":null})";
      end_event(reply, out);
    }
  }

 protected:
  std::string_view id_kind() const override { return "cmpl-"; }
  std::string_view whole_object() const override { return "text_completion"; }
  std::string_view event_object() const override { return "text_completion"; }
  std::string_view before_token() const override { return R"(,"text":")"; }
  std::string_view after_token() const override {
    return R"(","logprobs":null,"finish_reason":null})";
  }
  std::string_view last_delta() const override {
    return R"(,"text":"","logprobs":null,"finish_reason":)";
  }

  void write_choice(const Generation& reply, std::size_t choice, std::string& out) const override {
    out += R"({"index":)";
    append_number(choice, out);
    out += R"(,"text":)";
    append_json_string(reply.echo_of(choice), out);
    out.pop_back();  // The text goes on.
    append_text_of(reply, out);
    out += R"(","logprobs":null,"finish_reason":)";
    out += finish_reason(reply);
    out += '}';
  }
};

}  // namespace

const ReplyFormat& chat_format() {
  static const ChatFormat format;
  return format;
}

const ReplyFormat& completions_format() {
  static const CompletionsFormat format;
  return format;
}

}  // namespace paceline
