#pragma once

#include <endpoint/api_error.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace paceline {

/// Parses the body of a request. `body` keeps its text, but may be moved in memory: the parser
/// reads past its end. The object is valid until the parser's next use.
std::variant<simdjson::dom::object, ApiError> parse_request(simdjson::dom::parser& parser,
                                                            std::string& body);

/// The member, or nothing where it is missing or null.
std::optional<simdjson::dom::element> find_member(simdjson::dom::object object,
                                                  std::string_view name);

/// Reads the model, which every request must name.
std::optional<ApiError> read_model(simdjson::dom::object object, std::string& model);
/// Reads a whole number of at least `lowest`; nothing where it is missing or null.
std::optional<ApiError> read_count(simdjson::dom::object object, std::string_view name,
                                   std::int64_t lowest, std::optional<std::size_t>& count);
/// Reads true or false, and leaves `flag` alone where it is missing or null.
std::optional<ApiError> read_flag(simdjson::dom::object object, std::string_view name, bool& flag);

/// As the OpenAI API words them. `name` lives as long as the error.
ApiError missing_parameter(std::string_view name);
/// `expected`: such as "an integer".
ApiError invalid_type(std::string_view name, std::string_view expected);
ApiError empty_array(std::string_view name);

}  // namespace paceline
