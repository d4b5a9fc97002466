#include <paceline/workload/trace_row.h>

#include <chrono>
#include <cstdint>

#include <paceline/text/numbers.h>

namespace paceline::workload {
namespace {

using std::chrono::nanoseconds;
using Instant = std::chrono::sys_time<nanoseconds>;

constexpr std::uint64_t most_seconds = 9'200'000'000;

/// Removes a number of exactly `digits` digits and the separator before it.
std::optional<unsigned> take(std::string_view& text, std::string_view separators,
                             std::size_t digits) {
  if (!separators.empty()) {
    if (text.empty() || separators.find(text.front()) == separators.npos) return std::nullopt;
    text.remove_prefix(1);
  }
  const auto number = text::parse_number(text.substr(0, digits), 0U, 9999U);
  if (!number || text.size() < digits) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

/// Removes the digits after a decimal point. Further digits than nine are dropped.
std::optional<nanoseconds> take_fraction(std::string_view& text) {
  nanoseconds fraction{0};
  if (!text.starts_with('.')) return fraction;
  text.remove_prefix(1);
  std::int64_t unit = 100'000'000;
  bool has_digit = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    fraction += nanoseconds((text.front() - '0') * unit);
    unit /= 10;
    has_digit = true;
    text.remove_prefix(1);
  }
  if (!has_digit) return std::nullopt;
  return fraction;
}

std::optional<nanoseconds> parse_seconds(std::string_view text) {
  const std::size_t whole = std::min(text.find('.'), text.size());
  const auto seconds = text::parse_number(text.substr(0, whole), std::uint64_t{0}, most_seconds);
  text.remove_prefix(whole);
  const auto fraction = take_fraction(text);
  if (!seconds || !fraction || !text.empty()) return std::nullopt;
  return std::chrono::seconds(*seconds) + *fraction;
}

/// How far the clocks of a zone such as +02:00 are ahead of UTC.
std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == " UTC") return std::chrono::minutes(0);
  const bool is_behind = text.front() == '-';
  const auto hours = take(text, "+-", 2);
  if (!hours) return std::nullopt;
  const auto minutes = text.empty() ? 0U : take(text, text.starts_with(':') ? ":" : "", 2);
  if (!minutes || !text.empty()) return std::nullopt;
  const std::chrono::minutes ahead(static_cast<int>(*hours * 60 + *minutes));
  return is_behind ? -ahead : ahead;
}

std::optional<nanoseconds> parse_date(std::string_view text) {
  const auto year = take(text, "", 4);
  const auto month = take(text, "-", 2);
  const auto day = take(text, "-", 2);
  const auto hour = take(text, " T", 2);
  const auto minute = take(text, ":", 2);
  const auto second = take(text, ":", 2);
  const auto fraction = take_fraction(text);
  const auto ahead = parse_zone(text);
  if (!year || !month || !day || !hour || !minute || !second || !fraction || !ahead) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  constexpr unsigned first_year = 1970;
  constexpr unsigned last_year = 2261;
  const bool is_time = *hour < 24 && *minute < 60 && *second < 61;
  if (!date.ok() || !is_time || *year < first_year || *year > last_year) return std::nullopt;
  const Instant instant = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                          std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
                          *fraction - *ahead;
  return instant.time_since_epoch();
}

}  // namespace

std::optional<nanoseconds> parse_trace_time(std::string_view text) {
  const auto seconds = parse_seconds(text);
  return seconds ? seconds : parse_date(text);
}

}  // namespace paceline::workload
