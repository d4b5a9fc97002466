#pragma once

#include <functional>

#include <paceline/loop/alarm.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/nap.h>
#include <paceline/run/run.h>

namespace paceline {

/// Calls back when a slot may depart: never early, and as exactly as the precision asks.
class DepartureWait {
 public:
  DepartureWait(Loop& loop, Precision precision, std::function<void()> on_departure);
  /// Moves the one wait to `when`. Where replies can wait to be read until then, and it is near,
  /// they are read after the call: one wake-up does for both.
  void until(TimePoint when, bool replies_can_wait);

 private:
  void wait(TimePoint when, bool replies_can_wait);
  void ring();

  Precision precision_;
  std::function<void()> on_departure_;
  TimePoint when_;
  Timer timer_;
  Alarm alarm_;
  Nap nap_;
};

}  // namespace paceline
