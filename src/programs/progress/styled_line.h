#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <paceline/text/emphasis.h>

namespace paceline::programs::progress {

/// A line of text with colours that is at most as wide as given. Counts each character as one
/// column.
class StyledLine {
 public:
  StyledLine(std::size_t width, bool has_colour) : left_(width), has_colour_(has_colour) {}

  /// Adds as much of the words as has room.
  StyledLine& add(std::string_view words, text::Emphasis emphasis = text::Emphasis::none);
  /// Adds spaces up to a column, counted from 0.
  StyledLine& to_column(std::size_t column);
  /// The line with its escape sequences.
  const std::string& text() const { return text_; }

 private:
  std::size_t left_;
  std::size_t column_ = 0;
  bool has_colour_;
  std::string text_;
};

}  // namespace paceline::programs::progress
