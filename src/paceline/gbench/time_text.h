#pragma once

#include <chrono>
#include <string>

namespace paceline::gbench {

/// A duration in three digits: "50.2 ms", "1.25 s".
std::string time_text(std::chrono::nanoseconds time);

/// A long duration in at most two units: "75 s", "4 min 10 s", "2 h 5 min".
std::string long_time_text(std::chrono::nanoseconds time);

}  // namespace paceline::gbench
