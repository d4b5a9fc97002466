#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/log/database.h>
#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

namespace paceline::log {

/// Items that have a good response.
class LoggedItems {
 public:
  /// Precondition: `good` is sorted and has no duplicates.
  explicit LoggedItems(std::vector<std::uint64_t> good) : good_(std::move(good)) {}

  std::uint64_t count() const { return good_.size(); }
  bool contains(std::uint64_t item) const;
  /// Items from `first` to before `end` without a good response, in ascending order.
  std::vector<std::uint64_t> missing(std::uint64_t first, std::uint64_t end) const;

 private:
  std::vector<std::uint64_t> good_;
};

/// Reads which items have a good response in any run of `job` (LoggedRun) in the log.
/// Errors: those of LogReader; log_has_no_run; log_of_another_job, whose message lists the
/// differences.
Result<LoggedItems> read_logged_items(const std::string& path, const LoggedRun& job);

/// A run as read from a log.
struct ListedRun {
  /// The run's number in the log.
  std::int64_t run = 0;
  /// All but `started`. Runs of older schemas had one thread, or an unknown number.
  LoggedRun about;
  /// Wall-clock time of the start, in UTC.
  std::string started_utc;
  /// Number of rows.
  std::uint64_t logged = 0;
  /// Number of rows with a good response.
  std::uint64_t good = 0;
};

/// The runs that contribute responses to run `run`: the run itself and, if it was resumed, the
/// earlier runs of the same job. Ascending; empty if there is no such run.
std::vector<std::int64_t> runs_behind(const std::vector<ListedRun>& runs, std::int64_t run);

/// Reads a log in one transaction: a program that writes to the log meanwhile does not change what
/// is read. Errors: those of open_existing_log(), and log_unreadable.
/// Not thread-safe.
class LogReader {
 public:
  static Result<LogReader> open(const std::string& path);

  /// All runs, ordered by number.
  Result<std::vector<ListedRun>> runs();
  /// Items with a good response in any of these runs, in ascending order.
  Result<std::vector<std::uint64_t>> good_items(const std::vector<std::int64_t>& runs);

  /// Calls `take` with one row per item of these runs, in ascending order of items. If an item has
  /// several rows, the last good one counts, or the last one if none is good. The record's texts
  /// are valid until `take` returns. Stops when `take` returns false.
  Result<void> for_each_item(
      const std::vector<std::int64_t>& runs,
      const std::function<bool(std::int64_t run, const RequestRecord& record)>& take);

 private:
  /// Columns that were renamed in schema 4.
  struct Columns {
    std::string_view item = "item";
    std::string_view response = "response";
  };

  LogReader(std::string path, Database database)
      : path_(std::move(path)), database_(std::move(database)) {}
  tl::unexpected<Error> cannot_read() const;

  std::string path_;
  Database database_;
  Columns columns_;
};

}  // namespace paceline::log
