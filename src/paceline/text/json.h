#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paceline::text {

/// Appends `text` as a JSON string with its quotes. Each byte that is not UTF-8 becomes U+FFFD.
/// Control characters that JSON allows are escaped as escape_controls() does.
void append_json_string(std::string_view text, std::string& out);

/// `text` as append_json_string() writes it.
std::string json_quoted(std::string_view text);

/// Escapes the control characters that JSON allows inside strings, DEL and U+0080 to U+009F, so
/// that a terminal that shows `json` does not act on them. The value stays the same.
void escape_controls(std::string& json);

/// Appends the digits of `number`, with leading zeros up to `width`.
void append_number(std::uint64_t number, std::string& out, std::size_t width = 0);

}  // namespace paceline::text
