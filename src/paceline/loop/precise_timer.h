#pragma once

#include <paceline/loop/loop.h>

#include <functional>
#include <memory>
#include <optional>

namespace paceline {

/// Calls back at an absolute time: never early, late by some tens of microseconds.
/// On Linux a timerfd on CLOCK_MONOTONIC; elsewhere a Timer, and turns of the loop without waiting
/// for the last millisecond. May keep its loop running while it lives. Do not destroy a timer
/// inside its own call.
class PreciseTimer {
 public:
  PreciseTimer(Loop& loop, std::function<void()> on_time);
  ~PreciseTimer();
  PreciseTimer(const PreciseTimer&) = delete;
  PreciseTimer& operator=(const PreciseTimer&) = delete;

  /// Moves the one call to `when`; a time in the past means the next turn of the loop.
  /// Costs no system call when the timer stands at `when` already.
  void set(TimePoint when);
  void cancel();

 private:
  class Source;

  void ring();

  std::function<void()> on_time_;
  std::optional<TimePoint> when_;
  std::unique_ptr<Source> source_;
};

}  // namespace paceline
