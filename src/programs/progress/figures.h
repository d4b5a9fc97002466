#pragma once

#include <cstdint>
#include <string>

namespace paceline::programs::progress {

/// A count in the form that people read: "9999", "10.0k", "100.0k", "1.25M".
std::string count_text(std::uint64_t count);

/// A rate, rounded to a whole number, as count_text() shows counts. Rates below 10 keep a digit
/// after the point.
std::string rate_text(double rate);

/// "5:01" or "1:02:05". Rounds up to whole seconds.
std::string clock_text(double seconds);

}  // namespace paceline::programs::progress
