#include <fmt/format.h>
#include <programs/progress/figures.h>

#include <cmath>

#include <paceline/text/numbers.h>

namespace paceline::programs::progress {

std::string count_text(std::uint64_t count) {
  return text::number_text(static_cast<double>(count));
}

std::string clock_text(double seconds) {
  const auto total = static_cast<std::uint64_t>(std::ceil(seconds));
  const std::uint64_t hours = total / 3600;
  const std::uint64_t minutes = total / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, total % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
}

}  // namespace paceline::programs::progress
