#include <programs/progress/styled_line.h>

#include <algorithm>

#include <paceline/text/strings.h>

namespace paceline::programs::progress {

StyledLine& StyledLine::add(std::string_view words, text::Emphasis emphasis) {
  std::string shown;
  while (!words.empty() && left_ > 0) {
    const std::size_t length = std::max<std::size_t>(text::character_length(words), 1);
    shown += words.substr(0, length);
    words.remove_prefix(std::min(length, words.size()));
    --left_;
    ++column_;
  }
  if (!shown.empty()) text_ += text::emphasized(shown, emphasis, has_colour_);
  return *this;
}

StyledLine& StyledLine::to_column(std::size_t column) {
  return add(std::string(column - std::min(column, column_), ' '));
}

}  // namespace paceline::programs::progress
