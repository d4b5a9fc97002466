#include <fmt/format.h>
#include <programs/progress/figures.h>

#include <array>
#include <cmath>

namespace paceline::programs::progress {

std::string count_text(std::uint64_t count) {
  struct Unit {
    double size;
    int digits_after_point;
    const char* name;
  };
  constexpr std::uint64_t longest_plain = 9'999;
  constexpr std::array<Unit, 4> units{
      {{1e3, 1, "k"}, {1e6, 2, "M"}, {1e9, 2, "G"}, {1e12, 2, "T"}}};
  if (count <= longest_plain) return fmt::format("{}", count);
  std::string text;
  for (const Unit& unit : units) {
    text = fmt::format("{:.{}f}{}", static_cast<double>(count) / unit.size, unit.digits_after_point,
                       unit.name);
    // A value that rounds to 1000 gets the next unit.
    if (!text.starts_with("1000.") && static_cast<double>(count) < 1e3 * unit.size) break;
  }
  return text;
}

std::string rate_text(double rate) {
  constexpr double smallest_whole = 9.95;
  const double whole = std::round(rate);
  if (rate < smallest_whole && std::abs(rate - whole) >= 0.05) return fmt::format("{:.1f}", rate);
  return count_text(static_cast<std::uint64_t>(whole));
}

std::string clock_text(double seconds) {
  const auto total = static_cast<std::uint64_t>(std::ceil(seconds));
  const std::uint64_t hours = total / 3600;
  const std::uint64_t minutes = total / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, total % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
}

}  // namespace paceline::programs::progress
