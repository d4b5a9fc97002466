#pragma once

#include <functional>

#include <paceline/loop/blocking_sleep.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/precise_timer.h>
#include <paceline/run/run.h>

namespace paceline {

/// Calls back when a slot may depart: never early, and as exactly as the precision asks.
class DepartureTimer {
 public:
  DepartureTimer(Loop& loop, Precision precision, std::function<void()> on_departure);
  /// Moves the one wait to `when`. Where responses can wait to be read until then, and it is near,
  /// they are read after the call: one wake-up does for both.
  void until(TimePoint when, bool can_defer_reads);

 private:
  void wait(TimePoint when, bool can_defer_reads);
  void ring();

  Precision precision_;
  std::function<void()> on_departure_;
  TimePoint when_;
  Timer timer_;
  PreciseTimer precise_timer_;
  BlockingSleep sleep_;
};

}  // namespace paceline
