#pragma once

#include <cstddef>
#include <string_view>

#include <paceline/text/emphasis.h>

namespace paceline::gbench::display {

/// What the terminal shows.
struct Style {
  /// Columns of a line.
  std::size_t width = 100;
  /// Whether the terminal shows colours.
  bool has_colour = false;
};

/// The emphasis of a verdict.
text::Emphasis emphasis_of_verdict(std::string_view verdict);

}  // namespace paceline::gbench::display
