#pragma once

#include <chrono>

namespace paceline {

/// The one clock of a run: CLOCK_MONOTONIC, which timerfd and libuv use too.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

}  // namespace paceline
