#pragma once

#include <charconv>
#include <chrono>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <paceline/text/result.h>

namespace paceline::text {

/// The number that `text` consists of, if it is from `lowest` to `highest`.
///
/// Refuses "nan", "inf", a plus sign, a minus sign before an unsigned number, and a fraction or an
/// exponent of an integer. `base` is for integers only.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, Number lowest, Number highest,
                                   int base = 10) {
  Number value{};
  const char* end = text.data() + text.size();
  std::from_chars_result read{};
  if constexpr (std::is_integral_v<Number>) {
    read = std::from_chars(text.data(), end, value, base);
  } else {
    read = std::from_chars(text.data(), end, value);
  }
  // NaN compares false with both bounds.
  const bool is_within = value >= lowest && value <= highest;
  if (read.ec != std::errc() || read.ptr != end || !is_within) return std::nullopt;
  return value;
}

/// Removes a decimal number, such as 12 or 1.5, from the front of `text`. Removes nothing if `text`
/// begins with a sign or with no number, or if the number is too large for a double.
std::optional<double> take_decimal(std::string_view& text);

/// Parses a share above 0 and at most 1, as a number or in percent, such as "0.1" or "10%".
std::optional<double> parse_share(std::string_view text);

/// Nanoseconds with a fraction, for intermediate results.
using FractionalNanoseconds = std::chrono::duration<double, std::nano>;

/// Parses a decimal number with a unit of ns, us, ms, s, m (minutes) or h, such as "50ms", "1.5s"
/// or "250us", or a bare "0". Rounds to nanoseconds. The error has the code invalid_value.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Removes one of these units from the front of `text` and returns its length. Removes nothing if
/// `text` begins with none.
std::optional<FractionalNanoseconds> take_time_unit(std::string_view& text);

/// A duration in three digits: "50.2 ms", "1.25 s".
std::string time_text(std::chrono::nanoseconds time);

/// A number in about three digits: "0", "0.25", "59.9", "6000", "100.0k", "1.20M". Whole numbers
/// below 10,000 have all of their digits.
std::string number_text(double number);

/// A long duration in at most two units: "75 s", "4 min 10 s", "2 h 5 min".
std::string long_time_text(std::chrono::nanoseconds time);

}  // namespace paceline::text
