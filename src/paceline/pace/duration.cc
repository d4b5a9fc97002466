#include <fmt/format.h>
#include <paceline/pace/duration.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

namespace paceline {
namespace {

std::optional<double> nanoseconds_of(std::string_view unit) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  constexpr std::array<Unit, 6> units = {
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const Unit& known) { return known.name == unit; });
  if (found == units.end()) return std::nullopt;
  return found->nanoseconds;
}

}  // namespace

std::variant<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text) {
  const auto wrong = [text] {
    return fmt::format(
        "'{}' is not a duration: give a number with ns, us, ms, s, m or h, such as 50ms or 1.5s",
        text);
  };
  // from_chars would also take a sign, "inf" and "nan".
  if (text.empty() || text[0] < '0' || text[0] > '9') return wrong();
  double number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc()) return wrong();
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit.empty() && number == 0) return std::chrono::nanoseconds(0);
  const auto scale = nanoseconds_of(unit);
  if (!scale) return wrong();
  const double nanoseconds = number * *scale;
  constexpr double longest = 9e18;
  if (nanoseconds > longest) {
    return fmt::format("'{}' is too long a duration: give less than 150000000m, such as 50ms",
                       text);
  }
  return std::chrono::nanoseconds(std::llround(nanoseconds));
}

}  // namespace paceline
