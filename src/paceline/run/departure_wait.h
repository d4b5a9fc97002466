#pragma once

#include <functional>

#include <paceline/loop/alarm.h>
#include <paceline/loop/loop.h>
#include <paceline/run/run.h>

namespace paceline {

/// Calls back when a slot may depart: never early, and as exactly as the precision asks.
class DepartureWait {
 public:
  DepartureWait(Loop& loop, Precision precision, std::function<void()> on_departure);
  /// Moves the one wait to `when`.
  void until(TimePoint when);

 private:
  void ring();

  Precision precision_;
  std::function<void()> on_departure_;
  TimePoint when_;
  Timer timer_;
  Alarm alarm_;
};

}  // namespace paceline
