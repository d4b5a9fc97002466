#include <paceline/api/tools.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace paceline::api {
namespace {

Json parse(const std::string& text) {
  constexpr bool throws = false;
  return Json::parse(text, nullptr, throws);
}

/// The field, or null.
Json field_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? Json() : *found;
}

bool has_type(const Json& object, const char* type) {
  return field_of(object, "type") == Json(type);
}

}  // namespace

Result<Json> parse_tools(const std::string& text) {
  Json tools = parse(text);
  const bool are_objects =
      tools.is_array() && !tools.empty() &&
      std::all_of(tools.begin(), tools.end(), [](const Json& tool) { return tool.is_object(); });
  if (are_objects) return tools;
  return fail(ErrorCode::invalid_value,
              R"(not a JSON array of tools; write one such as [{"type":"function",)"
              R"("function":{"name":"f","parameters":{"type":"object"}}}])");
}

Json function_of(const Json& tool) {
  const bool is_of_messages = tool.contains("input_schema");
  if (!is_of_messages && !has_type(tool, "function")) return nullptr;
  const Json nested = field_of(tool, "function");
  const Json& fields = nested.is_object() ? nested : tool;
  Json function = Json::object();
  for (const char* name : {"name", "description", "parameters", "strict"}) {
    const bool is_schema = is_of_messages && name == std::string_view("parameters");
    Json value = field_of(fields, is_schema ? "input_schema" : name);
    if (!value.is_null()) function[name] = std::move(value);
  }
  return function;
}

Result<ResponseFormat> parse_response_format(const std::string& text) {
  Json root = parse(text);
  if (!root.is_object()) {
    return fail(ErrorCode::invalid_value,
                R"(not a JSON schema; write one such as {"type":"object",)"
                R"("properties":{"name":{"type":"string"}}})");
  }
  if (has_type(root, "json_object")) return ResponseFormat{};
  if (!has_type(root, "json_schema")) {
    return ResponseFormat{std::make_shared<const Json>(std::move(root)), "response", true};
  }
  const Json nested = field_of(root, "json_schema");
  const Json& fields = nested.is_object() ? nested : root;
  Json schema = field_of(fields, "schema");
  if (!schema.is_object()) {
    return fail(ErrorCode::invalid_value,
                "without the field json_schema.schema; write the JSON schema there");
  }
  const Json name = field_of(fields, "name");
  return ResponseFormat{std::make_shared<const Json>(std::move(schema)),
                        name.is_string() ? name.get<std::string>() : "response",
                        field_of(fields, "strict") != Json(false)};
}

Json response_format_of_chat(const ResponseFormat& format) {
  if (!format.schema) return {{"type", "json_object"}};
  return {{"type", "json_schema"},
          {"json_schema",
           {{"name", format.name}, {"strict", format.is_strict}, {"schema", *format.schema}}}};
}

}  // namespace paceline::api
