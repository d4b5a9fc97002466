#pragma once

#include <chrono>

namespace paceline {

/// A time as a number of seconds, for counters and sentences.
inline double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace paceline
