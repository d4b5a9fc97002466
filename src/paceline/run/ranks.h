#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <paceline/clock.h>
#include <paceline/error.h>
#include <paceline/run/progress_sink.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/result.h>

namespace paceline::run {

/// How the processes agree on the time of a run's start.
enum class SharedClock {
  /// By messages that tell the times on their monotonic clocks.
  measured,
  /// By the time of day, which PTP or chrony keeps equal on all machines.
  realtime,
};

/// What the processes share during a run.
struct SharedRun {
  /// Set in one process, it becomes set in all; nullptr: no process ends the run early.
  std::shared_ptr<std::atomic<bool>> is_ended{};
  /// Where rank 0 shows the progress of the other ranks; nullptr: nowhere.
  std::shared_ptr<ProgressSink> progress{};
  /// How many parts of `progress` are threads of this process. The parts after them are the other
  /// ranks.
  std::size_t threads = 1;
};

/// The processes that make a program's runs together. Each has a rank, counted from 0. All of them
/// make the same calls in the same order, and rank 0 decides what is run.
///
/// A call that needs another rank waits until that rank has made the same call, or is lost: its
/// process has died, or it has been silent for seconds. The loss of a rank stops the program. A
/// process that makes another call than rank 0 gets the error ranks_differ, and so does rank 0.
///
/// Each method may be called from any thread, but from one thread at a time.
class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual std::uint64_t index() const = 0;
  virtual std::uint64_t count() const = 0;
  /// The processes for people, such as "4 ranks on 2 machines".
  virtual std::string text() const = 0;
  /// A rank for people, such as "rank 2 (node3)".
  virtual std::string name_of(std::uint64_t rank) const = 0;
  /// The lowest rank that has the same loopback interface as this process.
  virtual std::uint64_t first_on_host() const = 0;

  /// Gives a text of rank 0 to every rank; the texts of the others are not used. `what` names the
  /// call, so that a rank that makes another call is noticed. Errors: rank_lost, ranks_differ.
  virtual Result<std::string> share(const std::string& what, const std::string& text) = 0;
  /// Makes one text of the texts of all ranks, which are ordered by rank. Called on rank 0.
  using Combine = std::function<std::string(const std::vector<std::string>& texts)>;
  /// Gives what rank 0 makes of the texts of all ranks to every rank. `what`: as for share().
  /// Errors: rank_lost, ranks_differ.
  virtual Result<std::string> combine(const std::string& what, const std::string& text,
                                      const Combine& combine) = 0;
  /// Gives the texts of all ranks to every rank, ordered by rank. As combine().
  Result<std::vector<std::string>> exchange(const std::string& what, const std::string& text);

  /// Connects the program's stop with those of the other ranks: `stop` is set when any rank stops
  /// or is lost, and stops all ranks when this process sets it. nullptr ends the connection.
  virtual void share_stop(std::atomic<bool>* stop) = 0;
  /// Whether set_clock() has an effect: the processes may run on several machines.
  virtual bool shares_clock() const = 0;
  /// Sets how the ranks agree on the start of the next runs. Every rank must set the same clock.
  virtual void set_clock(SharedClock clock) = 0;
  /// Waits until every process is ready to send, and agrees on the start of the schedule. After the
  /// loss of a rank the start is now.
  virtual RunStart start(const SharedRun& run) = 0;
  /// Sends this process's progress to rank 0, which shows it. Has no effect on rank 0. Does not
  /// wait.
  virtual void publish(const Progress& progress) = 0;
  /// Merges the tallies of all processes, and adds each rank's part (stats::RankPart). Rank 0 gets
  /// the whole tally; the others get nothing. Ends what start() began.
  virtual std::optional<stats::RunTally> gather(stats::RunTally tally) = 0;
};

/// The error of a rank that cannot read rank 0's answer, because rank 0 has made another call.
Error unreadable_answer();

/// A program of one process.
class OneRank : public Ranks {
 public:
  std::uint64_t index() const override { return 0; }
  std::uint64_t count() const override { return 1; }
  std::string text() const override;
  std::string name_of(std::uint64_t rank) const override;
  std::uint64_t first_on_host() const override { return 0; }
  Result<std::string> share(const std::string& what, const std::string& text) override;
  Result<std::string> combine(const std::string& what, const std::string& text,
                              const Combine& combine) override;
  void share_stop(std::atomic<bool>* /*stop*/) override {}
  bool shares_clock() const override { return false; }
  void set_clock(SharedClock /*clock*/) override {}
  RunStart start(const SharedRun& /*run*/) override { return {Clock::now(), nullptr}; }
  void publish(const Progress& /*progress*/) override {}
  std::optional<stats::RunTally> gather(stats::RunTally tally) override {
    return {std::move(tally)};
  }
};

}  // namespace paceline::run
