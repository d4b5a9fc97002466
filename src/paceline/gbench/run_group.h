#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <paceline/clock.h>
#include <paceline/gbench/progress_sink.h>
#include <paceline/run/run.h>
#include <paceline/stats/run_tally.h>

namespace paceline {

/// What the threads of a run have in common.
struct GroupRun {
  std::uint64_t salt = 0;
  RunLog log{};
  /// Why the run cannot be; empty: it can.
  std::string why{};
  /// nullptr where nothing is shown.
  std::shared_ptr<ProgressSink> progress{};
  /// When the schedule of several threads begins: late enough that every one is there. Nothing for
  /// a single thread, which begins when it is ready.
  std::optional<TimePoint> start{};
};

/// The threads of one Google Benchmark run, which starts and ends them together: they share one
/// schedule, and their tallies merge into one. Each calls join() before and leave() after.
class RunGroup {
 public:
  /// The first to join calls `begin`, and all get what it says, with the start.
  GroupRun join(std::size_t threads, const std::function<GroupRun()>& begin);
  /// The whole run's tally for the last one to leave; nothing for the others.
  std::optional<RunTally> leave(const RunTally& tally, std::size_t threads);

 private:
  std::mutex mutex_;
  std::optional<GroupRun> run_;
  std::optional<RunTally> merged_;
  std::size_t left_ = 0;
};

}  // namespace paceline
