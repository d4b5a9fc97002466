#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include <mpi/message.h>
#include <paceline/clock.h>

namespace paceline::mpi {

/// The start of a run on this process's clock, which follows the clock of rank 0. One thread
/// corrects the start, and others read it.
class SharedStart {
 public:
  explicit SharedStart(const StartTime& start);

  /// Rank 0 has measured the clocks again.
  void correct(const StartTime& start);
  /// Moves the start by the drift of the clocks since the last measurement, or by the adjustments
  /// of the time of day.
  void follow(TimePoint now);

  const std::shared_ptr<std::atomic<TimePoint>>& time() const { return time_; }
  /// The largest error so far.
  std::chrono::nanoseconds largest_error() const { return largest_error_; }

 private:
  StartTime latest_;
  std::chrono::nanoseconds largest_error_;
  std::shared_ptr<std::atomic<TimePoint>> time_;
};

}  // namespace paceline::mpi
