#pragma once

#include <cstddef>
#include <string_view>

namespace paceline {

/// Length of the UTF-8 character that `text` begins with, 1 to 4; 0 where no valid one stands
/// there.
std::size_t character_length(std::string_view text);

/// As much of `text` as fits into `longest` bytes without a character that is cut in two.
std::string_view cut_at_character(std::string_view text, std::size_t longest);

}  // namespace paceline
