#include <endpoint/api_request.h>
#include <endpoint/request_reader.h>
#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

/// An error in the words of Anthropic's API.
ApiError field_error(std::string_view name, std::string_view fact) {
  return {bad_request, fmt::format("{}: {}", name, fact)};
}

bool is_text_or_list(dom::element content) {
  return content.is_string() || content.is_array();
}

std::optional<ApiError> check_message(dom::element message, std::size_t place) {
  dom::object object;
  if (message.get(object) != simdjson::SUCCESS) {
    return field_error(fmt::format("messages.{}", place), "Input should be an object");
  }
  const auto role = find_member(object, "role");
  const auto role_name = fmt::format("messages.{}.role", place);
  if (!role) return field_error(role_name, "Field required");
  std::string_view name;
  if (role->get(name) != simdjson::SUCCESS || (name != "user" && name != "assistant")) {
    return field_error(role_name, "Input should be 'user' or 'assistant'");
  }
  const auto content = find_member(object, "content");
  const auto content_name = fmt::format("messages.{}.content", place);
  if (!content) return field_error(content_name, "Field required");
  if (is_text_or_list(*content)) return std::nullopt;
  return field_error(content_name, "Input should be a string or an array of blocks");
}

}  // namespace

std::optional<ApiError> RequestReader::read_messages(std::string& body, Generation& response) {
  constexpr std::array<std::string_view, 1> limits = {"max_tokens"};
  const auto parsed = parse_request(parser_, body);
  if (!parsed) return ApiError{bad_request, "The request body is not a valid JSON object."};
  const dom::object object = *parsed;
  begin(response);
  for (const char* name : {"model", "max_tokens", "messages"}) {
    if (!find_member(object, name)) return field_error(name, "Field required");
  }
  if (read_model(object, response.model)) {
    return field_error("model", "Input should be a string that is not empty");
  }
  if (auto error = read_system_and_messages(object, response)) return error;
  if (auto error = read_output_format(object)) return error;
  if (auto error = read_tools(object, ToolForm::messages, response)) return error;
  if (auto error = read_length(object, limits, response)) return error;
  return read_flag(object, "stream", response.streams);
}

std::optional<ApiError> RequestReader::read_output_format(dom::object body) {
  const auto config = find_member(body, "output_config");
  if (!config) return std::nullopt;
  dom::object object;
  if (config->get(object) != simdjson::SUCCESS) {
    return field_error("output_config", "Input should be an object");
  }
  return read_format(find_member(object, "format"), "output_config.format");
}

std::optional<ApiError> RequestReader::read_system_and_messages(dom::object body,
                                                                Generation& response) {
  PromptCounter prompt(cache_, response.model);
  add_tools(body, prompt);
  if (const auto system = find_member(body, "system")) {
    if (!is_text_or_list(*system)) {
      return field_error("system", "Input should be a string or an array of text blocks");
    }
    prompt.add_message("system", *system);
  }
  dom::array list;
  if (body["messages"].get(list) != simdjson::SUCCESS) {
    return field_error("messages", "Input should be an array of messages");
  }
  if (list.begin() == list.end()) {
    return field_error("messages", "at least one message is required");
  }
  std::size_t place = 0;
  for (const dom::element message : list) {
    if (auto error = check_message(message, place++)) return error;
    prompt.add_message(message);
  }
  return take_prompt(prompt, response);
}

}  // namespace paceline::endpoint
