#include <paceline/gbench/time_text.h>

#include <fmt/format.h>

namespace paceline::gbench {

std::string time_text(std::chrono::nanoseconds time) {
  struct Unit {
    const char* name;
    double nanoseconds;
  };
  const auto count = static_cast<double>(time.count());
  Unit unit{"s", 1e9};
  // A value that rounds to 1000 gets the next unit.
  if (count < 999.5e3) {
    unit = {"us", 1e3};
  } else if (count < 999.5e6) {
    unit = {"ms", 1e6};
  }
  const double value = count / unit.nanoseconds;
  int digits_after_point = 0;
  if (value < 99.95) digits_after_point = value < 9.995 ? 2 : 1;
  return fmt::format("{:.{}f} {}", value, digits_after_point, unit.name);
}

std::string long_time_text(std::chrono::nanoseconds time) {
  using std::chrono::ceil;
  const auto seconds = ceil<std::chrono::seconds>(time).count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7'200) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const auto minutes = ceil<std::chrono::minutes>(time).count();
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace paceline::gbench
