#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

/// Appends `text` as a JSON string with its quotes. Where it is no UTF-8, U+FFFD stands for each of
/// its bytes that are not ASCII.
void append_json_string(std::string_view text, std::string& out);

/// Appends the digits of a number, with zeros before them up to `width`.
void append_number(std::uint64_t number, std::string& out, std::size_t width = 0);

}  // namespace paceline
