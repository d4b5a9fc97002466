#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// `text`, or where some of its bytes are not UTF-8, `repaired` with each of them as U+FFFD.
std::string_view valid_utf8(std::string_view text, std::string& repaired);

}  // namespace paceline
