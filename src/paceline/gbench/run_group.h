#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <paceline/clock.h>
#include <paceline/error.h>
#include <paceline/pace/rate_changes.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {

/// The run whose progress is shown.
struct ShownRun {
  /// Such as "chat/complete rpm:6000 parallel:10".
  std::string name;
  /// Requests per minute; 0: unpaced.
  std::uint64_t rpm = 0;
  std::size_t parallel = 1;
  std::size_t stripes = 1;
  /// For changing the rate; nullptr: the rate cannot be changed.
  std::shared_ptr<pace::RateChanges> rate_changes{};
  /// The place among the program's runs, counted from 1.
  std::size_t number = 1;
  /// How many runs the program has; 0: unknown.
  std::size_t runs = 0;
};

/// Shows the progress of one run.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// Shows a stripe's progress. Called on the stripe's thread. Must not block.
  virtual void publish(std::size_t stripe, const run::Progress& progress) = 0;
  /// The run has ended. Progress that is published later is not shown.
  virtual void end() = 0;
};

/// Starts to show a run; returns nullptr if no progress is shown.
using ProgressSinkFactory = std::function<std::shared_ptr<ProgressSink>(ShownRun)>;

/// State that the threads of a run share.
struct GroupRun {
  std::uint64_t salt = 0;
  run::RunLog log{};
  /// nullptr: the rate cannot be changed.
  std::shared_ptr<pace::RateChanges> rate_changes{};
  /// Why the run cannot start.
  std::optional<Error> error{};
  /// nullptr: no progress is shown.
  std::shared_ptr<ProgressSink> progress{};
  /// When the schedule of several threads starts; by then every thread has joined. Empty for a
  /// single thread, which starts when it is ready.
  std::optional<TimePoint> start{};
};

/// The threads of one Google Benchmark run. They share one schedule, and their tallies merge into
/// one. Each thread calls join() before its part of the run and leave() after. For any thread.
class RunGroup {
 public:
  /// The first thread to join calls `begin`. Every thread gets the result, with the start time.
  GroupRun join(std::size_t threads, const std::function<GroupRun()>& begin);
  /// Returns the whole run's tally to the last thread that leaves, and nothing to the others.
  std::optional<stats::RunTally> leave(const stats::RunTally& tally, std::size_t threads);

 private:
  std::mutex mutex_;
  std::optional<GroupRun> run_;
  std::optional<stats::RunTally> merged_;
  std::size_t left_ = 0;
};

}  // namespace paceline::gbench
