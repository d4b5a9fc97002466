#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// Copies JSON with its long texts and long rows of numbers cut short, for readers of its
/// structure: a parser takes up to 14 times the length of what it is given. JSON stays JSON. What
/// is wrong in a part that is left out is not seen any more.
void outline_json(std::string_view text, std::string& outline);

}  // namespace paceline
