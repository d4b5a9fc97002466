#pragma once

#include <cstddef>
#include <string>

namespace paceline::text {

/// Wraps the text at its spaces into lines of at most `columns` bytes, with `indent` spaces before
/// each line and a line break after each. A word longer than a line has a line of its own.
std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent);

}  // namespace paceline::text
