#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

/// Appends `text`, which is UTF-8, as a JSON string with its quotes.
void append_json_string(std::string_view text, std::string& out);

/// Appends the digits of a number, with zeros before them up to `width`.
void append_number(std::uint64_t number, std::string& out, std::size_t width = 0);

}  // namespace paceline
