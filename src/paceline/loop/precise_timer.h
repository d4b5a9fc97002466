#pragma once

#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>

#include <functional>
#include <memory>
#include <optional>

namespace paceline::loop {

/// Calls back at an absolute time: never early, late by some tens of microseconds. Uses a timerfd
/// on CLOCK_MONOTONIC. May keep its loop running while it lives. Do not destroy a timer inside its
/// own call.
class PreciseTimer {
 public:
  /// Fails when no descriptor is left.
  static Result<std::unique_ptr<PreciseTimer>> make(Loop& loop, std::function<void()> on_time);
  PreciseTimer(const PreciseTimer&) = delete;
  PreciseTimer& operator=(const PreciseTimer&) = delete;

  /// Moves the one call to `when`. A time in the past means the next iteration of the loop. Costs
  /// no system call when the timer already stands at `when`.
  void set(TimePoint when);
  void cancel();

 private:
  PreciseTimer(Loop& loop, Descriptor timer, std::function<void()> on_time);
  void arm(TimePoint when);
  void expire();
  void ring();

  std::function<void()> on_time_;
  std::optional<TimePoint> when_;
  /// When the timerfd expires.
  std::optional<TimePoint> armed_;
  Descriptor timer_;
  Poll watch_;
};

}  // namespace paceline::loop
