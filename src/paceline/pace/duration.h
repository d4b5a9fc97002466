#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace paceline {

/// Reads a duration as people write it: a decimal number and a unit of ns, us, ms, s, m
/// (minutes) or h, such as "50ms", "1.5s" or "250us", or a bare "0". Rounds to whole nanoseconds.
/// The string is a sentence for the caller: it names the text and shows how to write one.
std::variant<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

}  // namespace paceline
