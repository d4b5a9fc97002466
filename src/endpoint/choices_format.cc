#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <paceline/text/strings.h>

#include <cstddef>
#include <string_view>

namespace paceline::endpoint {
namespace {

std::string_view finish_reason(const Generation& response) {
  if (response.is_filtered) return R"("content_filter")";
  if (response.is_capped) return R"("length")";
  return response.calls_tool() ? R"("tool_calls")" : R"("stop")";
}

/// The APIs whose responses have a list of choices: chat completions and completions.
class ChoicesFormat : public GenerationFormat {
 public:
  void write_whole(const Generation& response, std::string& out) const override {
    append_head(response, whole_object(), out);
    out += R"(,"choices":[)";
    for (std::size_t i = 0; i < response.choices; ++i) {
      if (i > 0) out += ',';
      write_choice(response, i, out);
    }
    out += "],";
    append_usage(response, out);
    out += R"(,"system_fingerprint":null})";
  }

  void set_frame(const Generation& response, TokenFrame& frame) const override {
    frame.before.clear();
    open_event(response, frame.before);
    frame.before += R"({"index":)";
    frame.after_choice = before_token(response);
    frame.after = after_token(response);
    frame.numbers.clear();
    if (!response.has_running_usage) return end_event(response, 0, frame.after);
    frame.after += "],";
    open_usage(response, frame.after);
    frame.numbers.push_back({0, true, R"(,"total_tokens":)"});
    frame.numbers.push_back({response.prompt_tokens, true, "}}\n\n"});
  }

  void write_closing(const Generation& response, std::string& out) const override {
    if (response.fails) {
      std::string error;
      write_error(overloaded(), ErrorForm::openai, error);
      out += "data: " + error + "\n\n";
      return;
    }
    for (std::size_t i = 0; i < response.choices; ++i) {
      open_event(response, out);
      out += R"({"index":)";
      text::append_number(i, out);
      out += last_delta();
      out += finish_reason(response);
      out += '}';
      end_event(response, response.tokens, out);
    }
    if (response.includes_usage) {
      open_event(response, out);
      out += "],";
      append_usage(response, out);
      out += "}\n\n";
    }
    out += "data: [DONE]\n\n";
  }

 protected:
  virtual std::string_view id_kind() const = 0;
  virtual std::string_view whole_object() const = 0;
  virtual std::string_view event_object() const = 0;
  virtual void write_choice(const Generation& response, std::size_t choice,
                            std::string& out) const = 0;
  /// The text of an event between the choice's index and the token, and after the token.
  virtual std::string_view before_token(const Generation& response) const = 0;
  virtual std::string_view after_token(const Generation& response) const = 0;
  /// The text of the event after a choice's last token, up to the finish reason.
  virtual std::string_view last_delta() const = 0;

  void open_event(const Generation& response, std::string& out) const {
    out += "data: ";
    append_head(response, event_object(), out);
    out += R"(,"system_fingerprint":null,"choices":[)";
  }

  // An event has one choice, of which `tokens` have been sent.
  static void end_event(const Generation& response, std::size_t tokens, std::string& out) {
    if (!response.has_running_usage) {
      out += response.includes_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
      return;
    }
    out += "],";
    open_usage(response, out);
    text::append_number(tokens, out);
    out += R"(,"total_tokens":)";
    text::append_number(response.prompt_tokens + tokens, out);
    out += "}}\n\n";
  }

 private:
  void append_head(const Generation& response, std::string_view object, std::string& out) const {
    constexpr std::size_t id_width = 29;
    out += R"({"id":")";
    out += id_kind();
    text::append_number(response.number, out, id_width);
    out += R"(","object":")";
    out += object;
    out += R"(","created":)";
    text::append_number(response.created, out);
    out += R"(,"model":)";
    text::append_json_string(response.model, out);
  }

  // Up to the number of completion tokens.
  static void open_usage(const Generation& response, std::string& out) {
    out += R"("usage":{"prompt_tokens":)";
    text::append_number(response.prompt_tokens, out);
    out += R"(,"completion_tokens":)";
  }

  static void append_usage(const Generation& response, std::string& out) {
    open_usage(response, out);
    text::append_number(response.all_tokens(), out);
    out += R"(,"total_tokens":)";
    text::append_number(response.total_tokens(), out);
    out += R"(,"prompt_tokens_details":{"cached_tokens":)";
    text::append_number(response.cached_tokens, out);
    out += "}}";
  }
};

class ChatFormat : public ChoicesFormat {
 public:
  void write_opening(const Generation& response, std::string& out) const override {
    for (std::size_t i = 0; i < response.choices; ++i) {
      open_event(response, out);
      out += R"({"index":)";
      text::append_number(i, out);
      out += R"(,"delta":{"role":"assistant","content":)";
      if (response.calls_tool()) {
        out += R"(null,"tool_calls":[{"index":0,)";
        append_call_head(response, i, out);
        out += R"("}}])";
      } else {
        out += R"("")";
      }
      out += R"(},"logprobs":null,"finish_reason":null})";
      end_event(response, 0, out);
    }
  }

 protected:
  std::string_view id_kind() const override { return "chatcmpl-"; }
  std::string_view whole_object() const override { return "chat.completion"; }
  std::string_view event_object() const override { return "chat.completion.chunk"; }
  std::string_view before_token(const Generation& response) const override {
    return response.calls_tool() ? R"(,"delta":{"tool_calls":[{"index":0,"function":{"arguments":")"
                                 : R"(,"delta":{"content":")";
  }
  std::string_view after_token(const Generation& response) const override {
    return response.calls_tool() ? R"("}}]},"logprobs":null,"finish_reason":null})"
                                 : R"("},"logprobs":null,"finish_reason":null})";
  }
  std::string_view last_delta() const override {
    return R"(,"delta":{},"logprobs":null,"finish_reason":)";
  }

  void write_choice(const Generation& response, std::size_t choice,
                    std::string& out) const override {
    out += R"({"index":)";
    text::append_number(choice, out);
    out += R"(,"message":{"role":"assistant","content":)";
    if (response.calls_tool()) {
      out += R"(null,"tool_calls":[{)";
      append_call_head(response, choice, out);
      append_text_of(response, out);
      out += R"("}}])";
    } else {
      out += '"';
      append_text_of(response, out);
      out += '"';
    }
    out += R"(,"refusal":null},"logprobs":null,"finish_reason":)";
    out += finish_reason(response);
    out += '}';
  }

 private:
  // Up to the text of the arguments.
  static void append_call_head(const Generation& response, std::size_t choice, std::string& out) {
    constexpr std::size_t number_width = 21;
    constexpr std::size_t choice_width = 3;
    out += R"("id":"call_)";
    text::append_number(response.number, out, number_width);
    text::append_number(choice, out, choice_width);
    out += R"(","type":"function","function":{"name":)";
    text::append_json_string(response.tool, out);
    out += R"(,"arguments":")";
  }
};

class CompletionsFormat : public ChoicesFormat {
 public:
  void write_opening(const Generation& response, std::string& out) const override {
    if (response.echoes.empty()) return;
    for (std::size_t i = 0; i < response.choices; ++i) {
      open_event(response, out);
      out += R"({"index":)";
      text::append_number(i, out);
      out += R"(,"text":)";
      text::append_json_string(response.echo_of(i), out);
      out += R"(,"logprobs":null,"finish_reason":null})";
      end_event(response, 0, out);
    }
  }

 protected:
  std::string_view id_kind() const override { return "cmpl-"; }
  std::string_view whole_object() const override { return "text_completion"; }
  std::string_view event_object() const override { return "text_completion"; }
  std::string_view before_token(const Generation&) const override { return R"(,"text":")"; }
  std::string_view after_token(const Generation&) const override {
    return R"(","logprobs":null,"finish_reason":null})";
  }
  std::string_view last_delta() const override {
    return R"(,"text":"","logprobs":null,"finish_reason":)";
  }

  void write_choice(const Generation& response, std::size_t choice,
                    std::string& out) const override {
    out += R"({"index":)";
    text::append_number(choice, out);
    out += R"(,"text":)";
    text::append_json_string(response.echo_of(choice), out);
    out.pop_back();  // The closing quote: the text continues.
    append_text_of(response, out);
    out += R"(","logprobs":null,"finish_reason":)";
    out += finish_reason(response);
    out += '}';
  }
};

}  // namespace

const GenerationFormat& chat_format() {
  static const ChatFormat format;
  return format;
}

const GenerationFormat& completions_format() {
  static const CompletionsFormat format;
  return format;
}

}  // namespace paceline::endpoint
