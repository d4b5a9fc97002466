#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <paceline/error.h>
#include <paceline/pace/pacer.h>
#include <paceline/run/progress_sink.h>
#include <paceline/run/ranks.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>

namespace paceline::run {

/// A run that the threads and processes of a group make together.
struct GroupRun {
  /// Such as "chat/complete".
  std::string name{};
  /// The plan of the process's first thread; the others differ in the stripe only. Nothing: no run
  /// is made.
  std::optional<RunPlan> plan{};
  /// Why no run is made, or why this process sends nothing.
  std::optional<Error> error{};
  /// Whether the group makes no further run.
  bool is_last = false;
  /// nullptr: no progress is shown.
  std::shared_ptr<ProgressSink> progress{};
};

/// What rank 0 tells the other ranks of a run.
struct AnnouncedRun {
  std::string name;
  std::uint64_t rpm = 0;
  std::uint64_t parallel = 1;
  std::uint64_t requests = 1;
  std::uint64_t warmup = 0;
  std::uint64_t salt = 0;

  /// Sets the numbers of a plan.
  void apply_to(RunPlan& plan) const;
};

/// Counts the requests of processes that were lost. `plan`: of any stripe.
void count_lost(RunPlan plan, stats::RunTally& whole);

/// The stripe of a thread of a process. Consecutive slots go to different processes.
inline pace::Stripe stripe_of(const Ranks& ranks, std::uint64_t thread, std::uint64_t threads) {
  return {ranks.index() + thread * ranks.count(), threads * ranks.count()};
}

/// The threads and processes that make a program's runs, with one stripe for each thread. They make
/// one run after another: each thread calls join() before its part of a run, start() when it is
/// ready, and leave() after. The first thread of a process speaks for the process, and that of rank
/// 0 leads. For any thread.
class Group {
 public:
  /// `ranks` outlives the group.
  explicit Group(Ranks& ranks) : ranks_(ranks) {}

  /// The leader calls `lead`, and the first threads of the other processes `follow`. Every thread
  /// of a process gets the same result.
  GroupRun join(const pace::Stripe& stripe, const std::function<GroupRun()>& lead,
                const std::function<GroupRun(const AnnouncedRun&)>& follow);
  /// Waits until every thread is ready or has left. Returns the start of the schedule, which is the
  /// same for all. A single thread starts at once.
  RunStart start(const pace::Stripe& stripe);
  /// Waits until every thread has left. Returns the whole run's tally to the leader, and nothing to
  /// the others.
  std::optional<stats::RunTally> leave(const pace::Stripe& stripe, const stats::RunTally& tally);

 private:
  bool is_first(const pace::Stripe& stripe) const { return stripe.index == ranks_.index(); }
  std::uint64_t threads_of(const pace::Stripe& stripe) const {
    return stripe.count / ranks_.count();
  }
  GroupRun announce(const GroupRun& run);
  GroupRun await(const std::function<GroupRun(const AnnouncedRun&)>& follow);
  void start_if_ready(const pace::Stripe& stripe);

  Ranks& ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<GroupRun> run_;
  std::optional<RunStart> start_;
  std::optional<stats::RunTally> merged_;
  /// Threads of this process.
  std::uint64_t ready_ = 0;
  std::uint64_t left_ = 0;
  /// The runs that all threads have left.
  std::uint64_t runs_ = 0;
};

}  // namespace paceline::run
