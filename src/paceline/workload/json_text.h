#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// `text` as a JSON string, with its quotes. The text is taken to be UTF-8.
std::string json_quoted(std::string_view text);

/// Escapes the control characters that JSON lets stand in its strings, DEL and those of Latin-1, so
/// that a terminal that shows `json` does not act on them. The value stays the same.
void escape_controls(std::string& json);

}  // namespace paceline
