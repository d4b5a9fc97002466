#pragma once

#include <cstdint>
#include <string>

namespace paceline::programs::progress {

/// A count as text::number_text() shows numbers.
std::string count_text(std::uint64_t count);

/// "5:01" or "1:02:05". Rounds up to whole seconds.
std::string clock_text(double seconds);

}  // namespace paceline::programs::progress
