#include <fmt/format.h>
#include <paceline/text/numbers.h>

#include <array>
#include <cmath>

namespace paceline::text {

std::optional<double> take_decimal(std::string_view& text) {
  // from_chars would also accept a sign, "inf" and "nan".
  if (text.find_first_of("0123456789.") != 0) return std::nullopt;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

std::optional<double> parse_share(std::string_view text) {
  const auto number = take_decimal(text);
  const double share = number.value_or(0) / (text.empty() ? 1 : 100);
  if (!(text.empty() || text == "%") || !(share > 0 && share <= 1)) return std::nullopt;
  return share;
}

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  const auto unit = take_time_unit(rest);
  const bool is_zero = number == 0 && !unit;
  if (!number || !(unit || is_zero) || !rest.empty()) {
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is not a duration; give a number with ns, us, ms, s, m or h, "
                            "such as 50ms or 1.5s",
                            text));
  }
  if (is_zero) return std::chrono::nanoseconds(0);
  const double nanoseconds = *number * unit->count();
  constexpr double longest = 9e18;
  if (nanoseconds > longest) {
    return fail(ErrorCode::invalid_value,
                fmt::format("the duration '{}' is too long; give at most 150000000m", text));
  }
  return std::chrono::nanoseconds(std::llround(nanoseconds));
}

std::optional<FractionalNanoseconds> take_time_unit(std::string_view& text) {
  using namespace std::chrono_literals;
  struct Unit {
    std::string_view name;
    FractionalNanoseconds length;
  };
  // "ms" precedes "m", because it begins with "m".
  for (const Unit unit :
       {Unit{"ns", 1ns}, {"us", 1us}, {"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}}) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.length;
  }
  return std::nullopt;
}

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

std::string number_text(double number) {
  struct Unit {
    const char* name;
    double size;
  };
  constexpr std::array<Unit, 3> large{{{"M", 1e6}, {"G", 1e9}, {"T", 1e12}}};
  const double size = std::abs(number);
  // A value that rounds to 10,000, or to 1000 of its unit, gets the next unit.
  if (size < 9'999.5) {
    if (size >= 99.95 || number == std::trunc(number)) return fmt::format("{:.0f}", number);
    if (size >= 9.995) return fmt::format("{:.1f}", number);
    return fmt::format("{:.{}f}", number, size >= 0.0995 ? 2 : 3);
  }
  if (size < 999.95e3) return fmt::format("{:.1f}k", number / 1e3);
  Unit unit = large.back();
  for (const Unit& candidate : large) {
    if (size >= 999.95 * candidate.size) continue;
    unit = candidate;
    break;
  }
  return fmt::format("{:.{}f}{}", number / unit.size, size < 9.995 * unit.size ? 2 : 1, unit.name);
}

std::string long_time_text(std::chrono::nanoseconds time) {
  using std::chrono::ceil;
  const auto seconds = ceil<std::chrono::seconds>(time).count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7'200) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const auto minutes = ceil<std::chrono::minutes>(time).count();
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace paceline::text
