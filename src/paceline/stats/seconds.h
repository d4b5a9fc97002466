#pragma once

#include <chrono>

namespace paceline::stats {

/// A duration as a number of seconds.
inline double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace paceline::stats
