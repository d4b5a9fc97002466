#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

// Reads the JSON of requests, and writes errors, as the APIs of OpenAI and Anthropic do.

namespace paceline::endpoint {

/// The HTTP status for an invalid request.
inline constexpr unsigned bad_request = 400;

/// An error to send to the client. An empty `param` or `code` is sent as null.
struct ApiError {
  unsigned status;
  std::string message;
  std::string_view param = {};
  std::string_view code = {};
  std::string_view type = "invalid_request_error";
};

/// The API in whose form an error is written.
enum class ErrorForm {
  /// `{"error": {...}}`.
  openai,
  /// `{"type": "error", "error": {...}}`. The status decides the type; the error's own type, param
  /// and code have no effect.
  anthropic,
};

/// Replaces `out` with the error's JSON.
void write_error(const ApiError& error, ErrorForm form, std::string& out);

/// The error of a server without capacity. Its status is that of OpenAI.
ApiError overloaded();
/// Errors of a parameter. `name` outlives the error.
ApiError missing_parameter(std::string_view name);
/// `expected`: the type, such as "an integer".
ApiError invalid_type(std::string_view name, std::string_view expected);
ApiError empty_array(std::string_view name);

/// Parses the body of a request. `body` keeps its text, but may move in memory, since the parser
/// reads beyond its end. The object is valid until the parser's next use.
tl::expected<simdjson::dom::object, ApiError> parse_request(simdjson::dom::parser& parser,
                                                            std::string& body);

/// The member; nothing if it is missing or null.
std::optional<simdjson::dom::element> find_member(simdjson::dom::object object,
                                                  std::string_view name);

/// Reads the model, which every request must name.
std::optional<ApiError> read_model(simdjson::dom::object object, std::string& model);
/// Reads an integer that is at least `lowest`. Does not change `count` if the member is missing or
/// null.
std::optional<ApiError> read_count(simdjson::dom::object object, std::string_view name,
                                   std::int64_t lowest, std::optional<std::size_t>& count);
/// Reads a boolean. Does not change `flag` if the member is missing or null.
std::optional<ApiError> read_flag(simdjson::dom::object object, std::string_view name, bool& flag);

}  // namespace paceline::endpoint
