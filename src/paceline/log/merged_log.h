#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <paceline/log/log_reader.h>
#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

namespace paceline::log {

/// The runs that contribute responses to run `run`: the run itself and, if it was resumed, the
/// earlier runs of the same job. Ascending; empty if there is no such run.
std::vector<std::int64_t> runs_behind(const ListedRuns& runs, std::int64_t run);

/// The runs of one of several logs, with their numbers in that log. `file`: as in RunPlace.
ListedRuns runs_in(const ListedRuns& runs, std::size_t file);

/// How many of the ranks that made the run together have their rows in the logs.
std::size_t ranks_in_logs(const ListedRun& run);

/// A tally, and the rank whose thread has counted it.
struct RankTally {
  std::uint64_t rank = 0;
  ThreadTally tally{};
};

/// Reads one or several logs as one. Runs of the same identity are one run. If an item of a run has
/// rows in several logs, the last one of the best RowKind counts. The memory does not grow with the
/// number of rows. The message of each error names the file.
/// Not thread-safe.
class MergedLog {
 public:
  /// `paths`: at least one. Errors: those of LogReader.
  static Result<MergedLog> open(const std::vector<std::string>& paths);

  /// All runs, in the order of their starts. Their numbers ascend; those of a single log are the
  /// log's own. The files of their places count the paths of open().
  const ListedRuns& runs() const { return runs_; }

  /// Calls `take` with one row per item of these runs, in ascending order of items. If an item has
  /// several rows, the last one of the best RowKind counts. The record's texts are valid until
  /// `take` returns. Stops when `take` returns false. Error: log_unreadable.
  Result<void> for_each_item(
      const std::vector<std::int64_t>& runs,
      const std::function<bool(std::int64_t run, const RequestRecord& record)>& take);

  /// The latest tallies of a run's threads. Error: log_unreadable.
  Result<std::vector<RankTally>> tallies(const ListedRun& run);

  /// Items that have a good response or were cancelled in any of these runs, in ascending order.
  /// Error: log_unreadable.
  Result<std::vector<std::uint64_t>> settled_items(const std::vector<std::int64_t>& runs);

 private:
  explicit MergedLog(std::vector<LogReader> files) : files_(std::move(files)) {}
  /// Counts the items of a run that several logs have.
  Result<void> count_items(ListedRun& run);

  std::vector<LogReader> files_;
  ListedRuns runs_;
};

}  // namespace paceline::log
