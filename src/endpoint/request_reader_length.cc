#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <endpoint/request_reader.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t longest_response = EndpointOptions::longest_response;

ApiError too_large(std::string_view name, std::size_t asked) {
  return {bad_request,
          fmt::format("{} is too large: {}. This model supports at most {} completion tokens.",
                      name, asked, longest_response),
          name, "invalid_value"};
}

}  // namespace

std::optional<ApiError> RequestReader::read_choices(dom::object body, Generation& response) {
  constexpr std::size_t most_choices = 128;
  std::optional<std::size_t> choices;
  if (auto error = read_count(body, "n", 1, choices)) return error;
  if (choices && *choices > most_choices) {
    return ApiError{bad_request,
                    fmt::format("Invalid 'n': integer above maximum value. Expected a value <= {}, "
                                "but got {} instead.",
                                most_choices, *choices),
                    "n", "integer_above_max_value"};
  }
  response.choices *= choices.value_or(1);
  return std::nullopt;
}

std::optional<ApiError> RequestReader::read_length(dom::object body,
                                                   std::span<const std::string_view> limits,
                                                   Generation& response) {
  Length length;
  for (const auto name : limits) {
    std::optional<std::size_t> limit;
    if (auto error = read_count(body, name, 1, limit)) return error;
    if (limit && *limit > longest_response) return too_large(name, *limit);
    if (limit) length.most = std::min(length.most.value_or(longest_response), *limit);
  }
  std::optional<std::size_t> least;
  if (auto error = read_count(body, "min_tokens", 0, least)) return error;
  if (least && *least > longest_response) return too_large("min_tokens", *least);
  if (least && length.most && *least > *length.most) {
    return ApiError{bad_request,
                    fmt::format("min_tokens must be less than or equal to {}={}, got {}.",
                                limits.back(), *length.most, *least),
                    "min_tokens", "invalid_value"};
  }
  if (auto error = read_flag(body, "ignore_eos", length.ignores_end)) return error;
  length.least = least.value_or(0);
  length.wanted = std::max(lengths_.next(), length.least);
  set_length(length, response);
  if (json_) set_json_length(*json_, length, response);
  if (response.all_tokens() <= longest_response) return std::nullopt;
  return ApiError{
      bad_request,
      fmt::format("{} choices of {} tokens are too large: the endpoint makes at most {} "
                  "tokens for a request.",
                  response.choices, response.tokens, longest_response),
      "n", "invalid_value"};
}

void RequestReader::set_length(const Length& length, Generation& response) {
  const auto& [wanted, least, most, ignores_end] = length;
  response.tokens = ignores_end ? most.value_or(wanted) : std::min(wanted, most.value_or(wanted));
  response.is_capped = most && (ignores_end || wanted > *most);
}

// Words fill the JSON up to the length that a response of words would have, if a string has room
// for them. A limit that is too small for the JSON cuts it, as with a model.
void RequestReader::set_json_length(JsonResponse& json, const Length& length,
                                    Generation& response) {
  json.lengthen(response.tokens * json_token_bytes);
  const std::size_t needed = (json.text.size() + json_token_bytes - 1) / json_token_bytes;
  const std::size_t forced =
      length.ignores_end ? response.tokens : std::min(length.least, response.tokens);
  const std::size_t most = length.most.value_or(longest_response);
  response.tokens = std::min(std::max(needed, forced), most);
  response.is_capped = length.most && (length.ignores_end || needed > most);
  response.json = std::move(json.text);
}

// The Responses API has the format in `text`, and the schema in the format.
std::optional<ApiError> RequestReader::read_text_format(dom::object body) {
  const auto text = find_member(body, "text");
  if (!text) return std::nullopt;
  dom::object object;
  if (text->get(object) != simdjson::SUCCESS) return invalid_type("text", "an object");
  return read_format(find_member(object, "format"), "text.format");
}

std::optional<ApiError> RequestReader::read_format(std::optional<dom::element> format,
                                                   std::string_view name) {
  if (!format) return std::nullopt;
  dom::object object;
  if (format->get(object) != simdjson::SUCCESS) return invalid_type(name, "an object");
  std::string_view type;
  if (object["type"].get(type) != simdjson::SUCCESS || type == "text") return std::nullopt;
  if (type != "json_object" && type != "json_schema") {
    return ApiError{bad_request,
                    fmt::format("Invalid value for '{}.type': expected 'text', 'json_object' or "
                                "'json_schema'.",
                                name),
                    name, "invalid_value"};
  }
  dom::object holder = object;
  if (const auto inner = find_member(object, "json_schema")) {
    if (inner->get(holder) != simdjson::SUCCESS) return invalid_type(name, "a schema's object");
  }
  const auto schema = find_member(holder, "schema");
  if (type == "json_object" || !schema) {
    json_ = plain_json_response();
    return std::nullopt;
  }
  auto made = json_for_schema(*schema);
  if (!made) {
    return ApiError{
        bad_request,
        fmt::format("The endpoint cannot make JSON for this schema: {}.", made.error().message),
        name, "invalid_json_schema"};
  }
  json_ = std::move(*made);
  return std::nullopt;
}

}  // namespace paceline::endpoint
