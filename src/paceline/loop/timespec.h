#pragma once

#include <chrono>
#include <ctime>

namespace paceline::loop {

/// A duration, or a time since a clock's start, as system calls take it.
inline timespec to_timespec(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  timespec value{};
  value.tv_sec = seconds.count();
  value.tv_nsec = (duration - seconds).count();
  return value;
}

/// The inverse of to_timespec().
inline std::chrono::nanoseconds from_timespec(const timespec& value) {
  return std::chrono::seconds(value.tv_sec) + std::chrono::nanoseconds(value.tv_nsec);
}

/// The time on a system clock, such as CLOCK_THREAD_CPUTIME_ID: the CPU time of this thread.
inline std::chrono::nanoseconds time_on(clockid_t clock) {
  timespec value{};
  clock_gettime(clock, &value);
  return from_timespec(value);
}

}  // namespace paceline::loop
