#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include <paceline/api/forms.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/tools.h>
#include <paceline/api/whole_response.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

/// The status says that a response is complete, and the details why it is not.
std::optional<Finish> read_response_finish(dom::element response, const ToolCalls& calls) {
  if (const auto reason = read_finish(response["incomplete_details"]["reason"])) return reason;
  const auto finish = read_finish(response["status"]);
  return finish == Finish::stop && calls.are_any() ? Finish::tool_calls : finish;
}

void read_output_calls(dom::element response, ToolCalls& calls) {
  dom::array items;
  if (!read_value(response["output"], items)) return;
  for (const dom::element item : items) {
    std::string_view type;
    if (read_value(item["type"], type) && type == "function_call") {
      calls.add_whole(item["arguments"]);
    }
  }
}

void read_delta(std::string_view type, dom::element event, StreamDelta& delta) {
  std::string_view text;
  if (!type.ends_with(".delta") || !read_value(event["delta"], text) || text.empty()) return;
  if (type.find("reasoning") != std::string_view::npos) {
    delta.add_thoughts(text.size());
    delta.is_summary = type.find("summary") != std::string_view::npos;
  } else if (type == "response.output_text.delta") {
    delta.add_answer(text.size());
  } else {
    delta.has_answer = true;
  }
}

class ResponsesEvents : public EventReader {
 public:
  void begin(bool keeps_text) override {
    keeps_text_ = keeps_text;
    response_.clear();
  }

  void read(std::string_view type, dom::element root, StreamFindings& findings) override {
    if (type == "response.failed" || type == "response.cancelled" || type == "error") {
      dom::element holder = root;
      read_value(root["response"], holder);
      const auto told = read_bare_error(holder);
      findings.error = told ? *told : ToldError{Failure::bad_response, words_of_error(holder)};
      return;
    }
    if (!type.starts_with("response.")) {
      findings.error = read_bare_error(root);
      return;
    }
    findings.is_of_form = true;
    if (type == "response.completed" || type == "response.incomplete") {
      read_end(type, root, findings);
    } else {
      read_delta(type, root, findings.delta);
    }
  }

  // The last event contains the whole response.
  std::string whole() const override { return response_.empty() ? "null" : response_; }
  std::size_t held() const override { return response_.capacity(); }

 private:
  void read_end(std::string_view type, dom::element root, StreamFindings& findings) {
    findings.is_complete = true;
    dom::element response;
    if (!read_value(root["response"], response)) return;
    merge_usage(findings.usage, read_usage(response));
    const auto told = read_response_error(response);
    // An incomplete response without a reason is accepted if it has content.
    if (told &&
        !(type == "response.incomplete" && findings.has_content && !read_told_error(response) &&
          !has_value(response["incomplete_details"]["reason"]))) {
      findings.error = told;
      return;
    }
    findings.tool_calls.clear();
    read_output_calls(response, findings.tool_calls);
    findings.finish = read_response_finish(response, findings.tool_calls);
    if (keeps_text_) response_ = simdjson::to_string(response);
  }

  bool keeps_text_ = false;
  std::string response_;
};

Json user_content_of_responses(const PromptText& prompt) {
  if (prompt.images.empty()) return prompt.user;
  Json parts = Json::array({{{"type", "input_text"}, {"text", prompt.user}}});
  for (const std::string& image : prompt.images) {
    parts.push_back({{"type", "input_image"}, {"image_url", "data:image/png;base64," + image}});
  }
  return parts;
}

class ResponsesForm : public GenerationForm {
 public:
  std::string_view name() const override { return "responses"; }
  std::string_view path() const override { return "/responses"; }

  Outcome read_whole(dom::element root) const override {
    dom::array output;
    const bool has_output = read_value(root["output"], output);
    if (!has_output) {
      if (const auto told = read_bare_error(root)) return failed_by(*told);
    }
    if (const auto told = read_response_error(root)) return failed_by(*told);
    if (!has_output) return without_answers(root, "output");
    Outcome outcome;
    outcome.usage = read_usage(root);
    ToolCalls calls;
    read_output_calls(root, calls);
    outcome.finish = read_response_finish(root, calls);
    outcome.tool_calls_valid = calls.are_valid();
    return outcome;
  }

  std::unique_ptr<EventReader> make_event_reader() const override {
    return std::make_unique<ResponsesEvents>();
  }
  std::string_view mark_of_events() const override { return "a type of the Responses API"; }

  std::string text_of(dom::element root) const override {
    std::string text;
    dom::array items;
    if (!read_value(root["output"], items)) return text;
    for (const dom::element item : items) text += texts_in(item["content"]);
    return text;
  }
  void set_prompt(const PromptText& prompt, Json& body) const override {
    Json input = Json::array();
    if (!prompt.system.empty()) input.push_back({{"role", "system"}, {"content", prompt.system}});
    input.push_back({{"role", "user"}, {"content", user_content_of_responses(prompt)}});
    body["input"] = std::move(input);
  }
  std::string_view limit_field(LimitField) const override { return "max_output_tokens"; }
  Abilities abilities() const override { return {.images = true, .tools = true}; }
  void set_tools(const Json& tools, Json& body) const override {
    for (const Json& tool : tools) {
      Json function = function_of(tool);
      if (!function.is_null()) function["type"] = "function";
      if (function.is_null()) function = tool;
      body["tools"].push_back(std::move(function));
    }
  }
  void set_response_format(const ResponseFormat& format, Json& body) const override {
    Json fields{{"type", "json_object"}};
    if (format.schema) {
      fields = {{"type", "json_schema"},
                {"name", format.name},
                {"strict", format.is_strict},
                {"schema", *format.schema}};
    }
    body["text"] = {{"format", std::move(fields)}};
  }
};

}  // namespace

const GenerationForm& responses_form() {
  static const ResponsesForm form;
  return form;
}

}  // namespace paceline::api
