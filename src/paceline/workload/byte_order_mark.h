#pragma once

#include <string_view>

namespace paceline {

/// UTF-8 files and streams may begin with it; it is no part of their text.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace paceline
