#pragma once

#include <strings.h>

#include <string_view>

namespace paceline::text {

/// Whether two texts are equal where upper and lower case of ASCII letters count as equal.
inline bool equals_ignoring_case(std::string_view one, std::string_view other) {
  return one.size() == other.size() && strncasecmp(one.data(), other.data(), one.size()) == 0;
}

/// Whether `text` ends with `end`, with the same comparison.
inline bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

}  // namespace paceline::text
