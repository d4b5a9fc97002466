#pragma once

#include <chrono>
#include <string>

namespace paceline {

/// A duration as people read it, in three digits: "50.2 ms", "1.25 s".
std::string time_text(std::chrono::nanoseconds time);

}  // namespace paceline
