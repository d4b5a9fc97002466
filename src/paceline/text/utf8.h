#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

/// What stands in a text for a byte or character that cannot be shown: U+FFFD.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Length of the UTF-8 character that `text` begins with, 1 to 4; 0 where no valid one stands
/// there.
std::size_t character_length(std::string_view text);

/// `text`, or where some of its bytes are not UTF-8, `repaired` with each of them as U+FFFD.
std::string_view valid_utf8(std::string_view text, std::string& repaired);

/// As much of `text` as fits into `longest` bytes without a character that is cut in two.
std::string_view cut_utf8(std::string_view text, std::size_t longest);

}  // namespace paceline
