#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <paceline/clock.h>
#include <paceline/error.h>
#include <paceline/pace/pacer.h>
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

/// A run that the threads of a group make together.
struct GroupRun {
  /// The plan of the leader's stripe; the others differ in the stripe only. Nothing: no run is
  /// made.
  std::optional<run::RunPlan> plan{};
  /// Why no run is made.
  std::optional<Error> error{};
  /// Whether the group makes no further run.
  bool is_last = false;
  /// nullptr: no progress is shown.
  std::shared_ptr<ProgressSink> progress{};
};

/// The threads of one Google Benchmark run, one for each stripe. They make one run after another:
/// each calls join() before its part of a run, start() when it is ready, and leave() after. The
/// thread of stripe 0 leads. For any thread.
class RunGroup {
 public:
  /// The leader calls `begin`. Every thread gets the result.
  GroupRun join(const pace::Stripe& stripe, const std::function<GroupRun()>& begin);
  /// Waits until every thread is ready or has left. Returns when the schedule starts, which is the
  /// same for all. A single thread starts at once.
  TimePoint start(const pace::Stripe& stripe);
  /// Waits until every thread has left. Returns the whole run's tally to the leader, and nothing to
  /// the others.
  std::optional<stats::RunTally> leave(const pace::Stripe& stripe, const stats::RunTally& tally);

 private:
  void start_if_ready(std::uint64_t stripes);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<GroupRun> run_;
  std::optional<TimePoint> start_;
  std::optional<stats::RunTally> merged_;
  std::uint64_t ready_ = 0;
  std::uint64_t left_ = 0;
  /// The runs that all threads have left.
  std::uint64_t runs_ = 0;
};

}  // namespace paceline::gbench
