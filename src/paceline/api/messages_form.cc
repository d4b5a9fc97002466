#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include <paceline/api/assembled_response.h>
#include <paceline/api/forms.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/tools.h>
#include <paceline/api/whole_response.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

void read_delta(dom::element event, StreamDelta& delta) {
  dom::element block;
  if (!read_value(event["delta"], block) && !read_value(event["content_block"], block)) return;
  delta.add_answer(bytes_of(block["text"]));
  delta.add_thoughts(bytes_of(block["thinking"]) + bytes_of(block["data"]));
  // A tool call: its name in the first event, then its input.
  const bool calls_tool = bytes_of(block["name"]) > 0 || bytes_of(block["partial_json"]) > 0;
  delta.has_answer = delta.has_answer || calls_tool;
}

/// A tool call begins with its name, and has its input in pieces. Without a piece, the input is {}.
void read_call(dom::element event, StreamFindings& findings) {
  std::uint64_t block = 0;
  read_value(event["index"], block);
  std::string_view text;
  if (read_value(event["content_block"]["type"], text) && text == "tool_use") {
    findings.tool_calls.begin(block);
    findings.calls_may_lack_arguments = true;
  }
  if (read_value(event["delta"]["partial_json"], text)) findings.tool_calls.add(block, text);
}

class MessagesEvents : public EventReader {
 public:
  void begin(bool keeps_text) override {
    keeps_text_ = keeps_text;
    if (!keeps_text) return;
    assembled_.begin({{"id", nullptr},
                      {"type", "message"},
                      {"role", "assistant"},
                      {"model", nullptr},
                      {"content", Json::array()},
                      {"stop_reason", nullptr},
                      {"usage", nullptr}});
  }

  void read(std::string_view type, dom::element root, StreamFindings& findings) override {
    if (type == "error") {
      const auto told = read_bare_error(root);
      findings.error = told ? *told : ToldError{Failure::bad_response, words_of_error(root)};
      return;
    }
    if (!type.starts_with("message_") && !type.starts_with("content_block_")) {
      findings.error = read_bare_error(root);
      return;
    }
    findings.is_of_form = true;
    findings.is_complete = findings.is_complete || type == "message_stop";
    merge_usage(findings.usage, read_usage(root));
    dom::element message;
    if (read_value(root["message"], message)) merge_usage(findings.usage, read_usage(message));
    if (const auto finish = read_finish(root["delta"]["stop_reason"])) findings.finish = finish;
    if (type.starts_with("content_block_")) {
      read_delta(root, findings.delta);
      read_call(root, findings);
    }
    if (keeps_text_) keep(type, root);
  }

  std::string whole() const override { return json_text(assembled_.whole()); }
  std::size_t held() const override { return assembled_.held(); }

 private:
  void keep(std::string_view type, dom::element root) {
    Json& whole = assembled_.whole();
    dom::object found;
    if (type.starts_with("content_block_")) return keep_block(type, root);
    if (read_value(root["message"], found)) assembled_.merge(found, whole);
    if (read_value(root["delta"], found)) assembled_.merge(found, whole);
    // The first event has the usage of the prompt, and a later event that of the response.
    dom::element usage;
    if (read_value(root["usage"], usage)) assembled_.merge_field("usage", usage, whole);
  }

  void keep_block(std::string_view type, dom::element root) {
    std::uint64_t number = 0;
    read_value(root["index"], number);
    Json& block = assembled_.item("content", number);
    dom::object fields;
    if (read_value(root["content_block"], fields)) assembled_.merge(fields, block);
    if (read_value(root["delta"], fields)) {
      for (const dom::key_value_pair field : fields) {
        if (field.key == "citation") {
          assembled_.append(field.value, "citations", block);
        } else if (field.key != "type") {
          // The type of a delta is not that of its block.
          assembled_.merge_field(field.key, field.value, block);
        }
      }
    }
    if (type == "content_block_stop") keep_input(block);
  }

  /// Replaces the pieces of a tool's input with the input, unless they are not JSON.
  void keep_input(Json& block) {
    const auto pieces = block.find("partial_json");
    if (pieces == block.end() || !pieces->is_string()) return;
    dom::element input;
    if (parser_.parse(pieces->get_ref<const std::string&>()).get(input) != simdjson::SUCCESS)
      return;
    block.erase(pieces);
    assembled_.merge_field("input", input, block);
  }

  bool keeps_text_ = false;
  AssembledResponse assembled_;
  dom::parser parser_;
};

Json user_content_of_messages(const PromptText& prompt) {
  if (prompt.images.empty()) return prompt.user;
  Json blocks = Json::array();
  // Anthropic advises to put images first.
  for (const std::string& image : prompt.images) {
    blocks.push_back(
        {{"type", "image"},
         {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", image}}}});
  }
  blocks.push_back({{"type", "text"}, {"text", prompt.user}});
  return blocks;
}

class MessagesForm : public GenerationForm {
 public:
  std::string_view name() const override { return "messages"; }
  std::string_view path() const override { return "/messages"; }
  HeaderList headers() const override { return {"anthropic-version: 2023-06-01"}; }
  Auth auth() const override { return Auth::x_api_key; }

  Outcome read_whole(dom::element root) const override {
    dom::array blocks;
    if (!read_value(root["content"], blocks)) return without_answers(root, "content");
    if (const auto told = read_told_error(root)) return failed_by(*told);
    Outcome outcome;
    ToolCalls calls;
    for (const dom::element block : blocks) {
      std::string_view type;
      if (read_value(block["type"], type) && type == "tool_use") calls.add_whole(block["input"]);
    }
    outcome.usage = read_usage(root);
    outcome.finish = read_finish(root["stop_reason"]);
    outcome.tool_calls_valid = calls.are_valid();
    return outcome;
  }

  std::unique_ptr<EventReader> make_event_reader() const override {
    return std::make_unique<MessagesEvents>();
  }
  std::string_view mark_of_events() const override { return "a type of the Messages API"; }

  std::string text_of(dom::element root) const override { return texts_in(root["content"]); }
  void set_prompt(const PromptText& prompt, Json& body) const override {
    if (!prompt.system.empty()) body["system"] = prompt.system;
    body["messages"] =
        Json::array({{{"role", "user"}, {"content", user_content_of_messages(prompt)}}});
  }
  std::string_view limit_field(LimitField) const override { return "max_tokens"; }
  std::uint64_t default_limit() const override { return 1024; }
  Abilities abilities() const override {
    return {.images = true, .tools = true, .json_object = false};
  }
  void set_tools(const Json& tools, Json& body) const override {
    for (const Json& tool : tools) {
      Json function = function_of(tool);
      if (!function.is_null()) {
        const bool has_schema = function.contains("parameters");
        function["input_schema"] =
            has_schema ? std::move(function["parameters"]) : Json{{"type", "object"}};
        function.erase("parameters");
        function.erase("strict");
      }
      if (function.is_null()) function = tool;
      body["tools"].push_back(std::move(function));
    }
  }
  void set_response_format(const ResponseFormat& format, Json& body) const override {
    body["output_config"] = {{"format", {{"type", "json_schema"}, {"schema", *format.schema}}}};
  }
};

}  // namespace

const GenerationForm& messages_form() {
  static const MessagesForm form;
  return form;
}

}  // namespace paceline::api
