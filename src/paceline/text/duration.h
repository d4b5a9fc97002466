#pragma once

#include <chrono>
#include <optional>
#include <ratio>
#include <string_view>

#include <paceline/text/result.h>

namespace paceline::text {

/// Nanoseconds with a fraction, for intermediate results.
using FractionalNanoseconds = std::chrono::duration<double, std::nano>;

/// Parses a decimal number with a unit of ns, us, ms, s, m (minutes) or h, such as "50ms", "1.5s"
/// or "250us", or a bare "0". Rounds to nanoseconds. The error has the code invalid_value.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Removes one of these units from the front of `text` and returns its length. Nothing is removed
/// where `text` begins with none.
std::optional<FractionalNanoseconds> take_time_unit(std::string_view& text);

}  // namespace paceline::text
