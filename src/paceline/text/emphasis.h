#pragma once

#include <string>
#include <string_view>

namespace paceline::text {

/// How a text stands out on a terminal that shows colours.
enum class Emphasis { none, heading, quiet, good, warning, bad };

/// The text, with the escape sequences of its emphasis if the terminal shows colours.
std::string emphasized(std::string_view text, Emphasis emphasis, bool has_colour);

}  // namespace paceline::text
