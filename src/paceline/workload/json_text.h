#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// `text` as a JSON string, with its quotes. The text is taken to be UTF-8.
std::string json_quoted(std::string_view text);

}  // namespace paceline
