#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

/// What stands in a text for a byte or character that cannot be shown: U+FFFD.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// `text`, or where some of its bytes are not UTF-8, `repaired` with each of them as U+FFFD.
std::string_view valid_utf8(std::string_view text, std::string& repaired);

/// The beginning of `text`, at most `most` bytes long, that ends at a character's end.
/// `text` is UTF-8.
std::string_view cut_utf8(std::string_view text, std::size_t most);

}  // namespace paceline
