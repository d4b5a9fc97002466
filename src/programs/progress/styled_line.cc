#include <programs/progress/styled_line.h>

#include <algorithm>

#include <paceline/text/strings.h>

namespace paceline::programs::progress {
namespace {

std::string_view begin_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

StyledLine& StyledLine::add(std::string_view text, Style style) {
  const std::string_view begin = has_colour_ ? begin_of(style) : "";
  std::string shown;
  while (!text.empty() && left_ > 0) {
    const std::size_t length = std::max<std::size_t>(text::character_length(text), 1);
    shown += text.substr(0, length);
    text.remove_prefix(std::min(length, text.size()));
    --left_;
    ++column_;
  }
  if (shown.empty()) return *this;
  text_ += begin;
  text_ += shown;
  if (!begin.empty()) text_ += "\x1b[0m";
  return *this;
}

StyledLine& StyledLine::to_column(std::size_t column) {
  return add(std::string(column - std::min(column, column_), ' '));
}

}  // namespace paceline::programs::progress
