#pragma once

#include <cstddef>
#include <mutex>
#include <optional>

#include <paceline/loop/loop.h>
#include <paceline/stats/tally.h>

namespace paceline {

/// The threads of one Google Benchmark run, which starts and ends them together: they share the
/// start of one schedule, and their tallies merge into one. Each calls join() before and leave()
/// after.
class Team {
 public:
  /// When the schedule of several threads begins: the same for all, late enough that every one is
  /// there. Nothing for a single thread, which begins when it is ready.
  std::optional<TimePoint> join(std::size_t threads);
  /// The whole run's tally for the last one to leave; nothing for the others.
  std::optional<Tally> leave(const Tally& tally, std::size_t threads);

 private:
  std::mutex mutex_;
  std::optional<TimePoint> start_;
  std::optional<Tally> merged_;
  std::size_t left_ = 0;
};

}  // namespace paceline
