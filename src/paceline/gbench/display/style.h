#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline::gbench::display {

/// What the terminal shows.
struct Style {
  /// Columns of a line.
  std::size_t width = 100;
  /// Whether the terminal shows colours.
  bool has_colour = false;
};

/// How a text stands out. With colours only.
enum class Emphasis { none, heading, good, warning, bad };

/// The text, with the escape sequences of its emphasis if the style has colours.
std::string emphasized(std::string_view text, Emphasis emphasis, const Style& style);

/// The emphasis of a verdict.
Emphasis emphasis_of_verdict(std::string_view verdict);

}  // namespace paceline::gbench::display
