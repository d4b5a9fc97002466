#pragma once

#include <functional>
#include <memory>

#include <paceline/loop/loop.h>
#include <paceline/loop/timers.h>
#include <paceline/run/run_stripe.h>

namespace paceline::run {

/// Calls back when a slot may depart: never early, and with the requested precision. For the loop's
/// thread only.
class DepartureTimer {
 public:
  /// Fails when no descriptor is left.
  static Result<std::unique_ptr<DepartureTimer>> make(loop::Loop& loop, Precision precision,
                                                      std::function<void()> on_departure);
  DepartureTimer(const DepartureTimer&) = delete;
  DepartureTimer& operator=(const DepartureTimer&) = delete;

  /// Sets the time of the call, in place of an earlier one. If `can_defer_reads` and `when` is
  /// near, the thread blocks until then and responses are read after the call: one wake-up instead
  /// of two.
  void until(TimePoint when, bool can_defer_reads);

 private:
  DepartureTimer(loop::Loop& loop, Precision precision, std::function<void()> on_departure);
  void wait(TimePoint when, bool can_defer_reads);
  void ring();

  Precision precision_;
  std::function<void()> on_departure_;
  TimePoint when_;
  loop::Timer timer_;
  /// nullptr if the precision is Precision::timer.
  std::unique_ptr<loop::PreciseTimer> precise_timer_;
  loop::BlockingSleep sleep_;
};

}  // namespace paceline::run
