#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <paceline/api/choices_stream.h>
#include <paceline/api/forms.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/tools.h>
#include <paceline/api/whole_response.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

/// Reads a choice. Returns its error, if it has one. Iterates over the fields once, as
/// ChoicesEvents does.
std::optional<ToldError> read_choice(dom::element choice, std::optional<Finish>& finish,
                                     ToolCalls& calls) {
  dom::object fields;
  if (choice.get(fields) != simdjson::SUCCESS) return std::nullopt;
  bool may_have_failed = false;
  for (const dom::key_value_pair field : fields) {
    if (field.key == "message") {
      read_message_calls(field.value, calls);
    } else if (field.key == "finish_reason") {
      finish = read_finish(as_found(field.value));
      may_have_failed = may_have_failed || finish == Finish::other;
    } else if (field.key == "error") {
      may_have_failed = may_have_failed || !field.value.is_null();
    }
  }
  return may_have_failed ? read_choice_error(choice) : std::nullopt;
}

/// The parts that chat completions and completions have in common.
class ChoicesForm : public GenerationForm {
 public:
  Outcome read_whole(dom::element root) const override {
    dom::array choices;
    if (!read_value(root["choices"], choices) || choices.begin() == choices.end()) {
      return without_answers(root, "choices");
    }
    if (const auto told = read_told_error(root)) return failed_by(*told);
    Outcome outcome;
    ToolCalls calls;
    for (const dom::element choice : choices) {
      if (const auto told = read_choice(choice, outcome.finish, calls)) return failed_by(*told);
    }
    outcome.usage = read_usage(root);
    outcome.tool_calls_valid = calls.are_valid();
    return outcome;
  }

  std::string_view mark_of_events() const override { return "choices"; }
  bool has_stream_options() const override { return true; }
  void set_response_format(const ResponseFormat& format, Json& body) const override {
    body["response_format"] = response_format_of_chat(format);
  }
};

Json user_content(const PromptText& prompt) {
  if (prompt.images.empty()) return prompt.user;
  Json parts = Json::array({{{"type", "text"}, {"text", prompt.user}}});
  for (const std::string& image : prompt.images) {
    parts.push_back(
        {{"type", "image_url"}, {"image_url", {{"url", "data:image/png;base64," + image}}}});
  }
  return parts;
}

class ChatForm : public ChoicesForm {
 public:
  std::string_view name() const override { return "chat"; }
  std::string_view path() const override { return "/chat/completions"; }
  std::unique_ptr<EventReader> make_event_reader() const override {
    return std::make_unique<ChoicesEvents>(true);
  }

  std::string text_of(dom::element root) const override {
    std::string_view text;
    read_value(root["choices"].at(0)["message"]["content"], text);
    return std::string(text);
  }
  void set_prompt(const PromptText& prompt, Json& body) const override {
    Json messages = Json::array();
    if (!prompt.system.empty()) {
      messages.push_back({{"role", "system"}, {"content", prompt.system}});
    }
    messages.push_back({{"role", "user"}, {"content", user_content(prompt)}});
    body["messages"] = std::move(messages);
  }
  std::string_view limit_field(LimitField asked) const override {
    return asked == LimitField::max_tokens ? "max_tokens" : "max_completion_tokens";
  }
  bool has_two_limit_fields() const override { return true; }
  Abilities abilities() const override { return {.images = true, .tools = true}; }
  void set_tools(const Json& tools, Json& body) const override {
    for (const Json& tool : tools) {
      Json function = function_of(tool);
      body["tools"].push_back(function.is_null()
                                  ? tool
                                  : Json{{"type", "function"}, {"function", std::move(function)}});
    }
  }
};

class CompletionsForm : public ChoicesForm {
 public:
  std::string_view name() const override { return "completions"; }
  std::string_view path() const override { return "/completions"; }
  std::unique_ptr<EventReader> make_event_reader() const override {
    return std::make_unique<ChoicesEvents>(false);
  }

  std::string text_of(dom::element root) const override {
    std::string_view text;
    read_value(root["choices"].at(0)["text"], text);
    return std::string(text);
  }
  void set_prompt(const PromptText& prompt, Json& body) const override {
    body["prompt"] = prompt.joined();
  }
  std::string_view limit_field(LimitField) const override { return "max_tokens"; }
  Abilities abilities() const override { return {.token_ids = true}; }
};

}  // namespace

const GenerationForm& chat_form() {
  static const ChatForm form;
  return form;
}

const GenerationForm& completions_form() {
  static const CompletionsForm form;
  return form;
}

}  // namespace paceline::api
