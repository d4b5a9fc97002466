#include <endpoint/json_request.h>
#include <endpoint/prompt_counter.h>
#include <endpoint/request_reader.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace paceline {
namespace {

namespace dom = simdjson::dom;

std::uint64_t seconds_since_1970() {
  using std::chrono::system_clock;
  const auto now = system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace

std::optional<ApiError> RequestReader::read_chat(std::string& body, Generation& response) {
  constexpr std::array<std::string_view, 2> limits = {"max_completion_tokens", "max_tokens"};
  auto parsed = parse_request(parser_, body);
  if (auto* error = std::get_if<ApiError>(&parsed)) return std::move(*error);
  const auto object = std::get<dom::object>(parsed);
  begin(response);
  if (auto error = read_model(object, response.model)) return error;
  if (auto error = read_messages(object, response)) return error;
  if (auto error = read_choices(object, response)) return error;
  if (auto error = read_format(find_member(object, "response_format"), "response_format")) {
    return error;
  }
  if (auto error = read_length(object, limits, response)) return error;
  return read_streaming(object, response);
}

std::optional<ApiError> RequestReader::read_responses(std::string& body, Generation& response) {
  constexpr std::array<std::string_view, 1> limits = {"max_output_tokens"};
  auto parsed = parse_request(parser_, body);
  if (auto* error = std::get_if<ApiError>(&parsed)) return std::move(*error);
  const auto object = std::get<dom::object>(parsed);
  begin(response);
  if (auto error = read_model(object, response.model)) return error;
  if (auto error = read_input(object, response)) return error;
  if (auto error = read_text_format(object)) return error;
  if (auto error = read_length(object, limits, response)) return error;
  return read_flag(object, "stream", response.streams);
}

void RequestReader::begin(Generation& response) {
  response.number = ++responses_;
  response.created = seconds_since_1970();
  response.streams = false;
  response.includes_usage = false;
  response.choices = 1;
  json_.reset();
  response.json.clear();
  response.echoes.clear();
}

std::optional<ApiError> RequestReader::read_messages(dom::object body, Generation& response) {
  dom::element messages;
  if (body["messages"].get(messages) != simdjson::SUCCESS) return missing_parameter("messages");
  dom::array list;
  if (messages.get(list) != simdjson::SUCCESS) {
    return invalid_type("messages", "an array of objects");
  }
  if (list.begin() == list.end()) return empty_array("messages");
  PromptCounter prompt(cache_, response.model);
  for (const dom::element message : list) prompt.add_message(message);
  response.prompt_tokens = prompt.tokens();
  response.cached_tokens = prompt.cached_tokens();
  return std::nullopt;
}

std::optional<ApiError> RequestReader::read_input(dom::object body, Generation& response) {
  const auto input = find_member(body, "input");
  if (!input) return missing_parameter("input");
  PromptCounter prompt(cache_, response.model);
  if (const auto instructions = find_member(body, "instructions")) {
    std::string_view text;
    if (instructions->get(text) != simdjson::SUCCESS)
      return invalid_type("instructions", "a string");
    prompt.add_message("developer", text);
  }
  std::string_view text;
  dom::array list;
  if (input->get(text) == simdjson::SUCCESS) {
    prompt.add_message("user", text);
  } else if (input->get(list) != simdjson::SUCCESS) {
    return invalid_type("input", "a string or an array of objects");
  } else if (list.begin() == list.end()) {
    return empty_array("input");
  } else {
    for (const dom::element message : list) prompt.add_message(message);
  }
  response.prompt_tokens = prompt.tokens();
  response.cached_tokens = prompt.cached_tokens();
  return std::nullopt;
}

std::optional<ApiError> RequestReader::read_streaming(dom::object body, Generation& response) {
  if (auto error = read_flag(body, "stream", response.streams)) return error;
  const auto given = find_member(body, "stream_options");
  if (!given) return std::nullopt;
  dom::object options;
  if (given->get(options) != simdjson::SUCCESS) return invalid_type("stream_options", "an object");
  if (!response.streams) {
    return ApiError{bad_request,
                    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                    "stream_options"};
  }
  return read_flag(options, "include_usage", response.includes_usage);
}

}  // namespace paceline
