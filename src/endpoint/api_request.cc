#include <endpoint/api_request.h>
#include <fmt/format.h>
#include <paceline/text/strings.h>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

void append_or_null(std::string_view text, std::string& out) {
  if (text.empty()) {
    out += "null";
  } else {
    text::append_json_string(text, out);
  }
}

void write_openai_error(const ApiError& error, std::string& out) {
  out = R"({"error":{"message":)";
  text::append_json_string(error.message, out);
  out += R"(,"type":)";
  text::append_json_string(error.type, out);
  out += R"(,"param":)";
  append_or_null(error.param, out);
  out += R"(,"code":)";
  append_or_null(error.code, out);
  out += "}}";
}

std::string_view anthropic_type_of(unsigned status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
    case 529:
      return "overloaded_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

void write_anthropic_error(const ApiError& error, std::string& out) {
  out = R"({"type":"error","error":{"type":")";
  out += anthropic_type_of(error.status);
  out += R"(","message":)";
  text::append_json_string(error.message, out);
  out += "}}";
}

}  // namespace

void write_error(const ApiError& error, ErrorForm form, std::string& out) {
  if (form == ErrorForm::anthropic) return write_anthropic_error(error, out);
  write_openai_error(error, out);
}

ApiError overloaded() {
  return {.status = 503,
          .message = "The engine is currently overloaded, please try again later",
          .type = "server_error"};
}

ApiError missing_parameter(std::string_view name) {
  return {bad_request, fmt::format("Missing required parameter: '{}'.", name), name,
          "missing_required_parameter"};
}

ApiError invalid_type(std::string_view name, std::string_view expected) {
  return {bad_request, fmt::format("Invalid type for '{}': expected {}.", name, expected), name,
          "invalid_type"};
}

ApiError empty_array(std::string_view name) {
  return {bad_request,
          fmt::format("Invalid '{}': empty array. Expected an array with minimum length 1.", name),
          name, "empty_array"};
}

tl::expected<dom::object, ApiError> parse_request(dom::parser& parser, std::string& body) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  dom::object object;
  if (parser.parse(body.data(), body.size(), false).get(object) == simdjson::SUCCESS) return object;
  return tl::unexpected(
      ApiError{bad_request,
               "We could not parse the JSON body of your request. The OpenAI API expects a JSON "
               "payload, but what was sent was not valid JSON."});
}

std::optional<dom::element> find_member(dom::object object, std::string_view name) {
  dom::element member;
  if (object[name].get(member) != simdjson::SUCCESS || member.is_null()) return std::nullopt;
  return member;
}

std::optional<ApiError> read_model(dom::object object, std::string& model) {
  std::string_view name;
  if (object["model"].get(name) != simdjson::SUCCESS || name.empty()) {
    return ApiError{bad_request, "you must provide a model parameter"};
  }
  model = name;
  return std::nullopt;
}

std::optional<ApiError> read_count(dom::object object, std::string_view name, std::int64_t lowest,
                                   std::optional<std::size_t>& count) {
  const auto given = find_member(object, name);
  if (!given) return std::nullopt;
  std::int64_t value = 0;
  if (given->get(value) != simdjson::SUCCESS) return invalid_type(name, "an integer");
  if (value < lowest) {
    return ApiError{bad_request,
                    fmt::format("Invalid '{}': integer below minimum value. Expected a value >= "
                                "{}, but got {} instead.",
                                name, lowest, value),
                    name, "integer_below_min_value"};
  }
  count = static_cast<std::size_t>(value);
  return std::nullopt;
}

std::optional<ApiError> read_flag(dom::object object, std::string_view name, bool& flag) {
  const auto given = find_member(object, name);
  if (!given || given->get(flag) == simdjson::SUCCESS) return std::nullopt;
  return invalid_type(name, "a boolean");
}

}  // namespace paceline::endpoint
