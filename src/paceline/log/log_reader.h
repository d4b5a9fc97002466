#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/log/database.h>
#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

namespace paceline::log {

/// Where rows of a run are.
struct RunPlace {
  /// The log, counted from 0. LogReader reads one log, which is 0.
  std::size_t file = 0;
  /// The run's number in that log.
  std::int64_t run = 0;
  /// As in LoggedRun.
  std::uint64_t rank = 0;
};

/// A run as read from logs.
struct ListedRun {
  /// The run's number for people.
  std::int64_t run = 0;
  /// All but `started`. Runs of older schemas had one thread, or an unknown number.
  LoggedRun about;
  /// Wall-clock time of the start, in UTC.
  std::string started_utc;
  /// Number of items with a row.
  std::uint64_t logged = 0;
  /// Number of items with a good response.
  std::uint64_t good = 0;
  /// At least one.
  std::vector<RunPlace> places;
};

/// In the order of their numbers.
using ListedRuns = std::vector<ListedRun>;

/// What a thread of a run has counted.
struct ThreadTally {
  std::uint64_t thread = 0;
  /// As RequestLog::keep() got them.
  std::string bytes{};
};

class LogReader;

/// What the row of an item says, from the least useful to the most useful.
enum class RowKind {
  failed,
  /// The run cancelled the request on purpose.
  cancelled,
  /// The item has a good response.
  good
};

/// The items of a run in one log, in ascending order. Must not outlive the reader.
class ItemCursor {
 public:
  /// Goes to the first item or the next one. False: there is none. Error: log_unreadable.
  Result<bool> next();
  std::uint64_t item() const;
  RowKind kind() const;

 private:
  friend class LogReader;
  ItemCursor(const LogReader& log, Statement row) : log_(&log), row_(std::move(row)) {}

  const LogReader* log_;
  Statement row_;
};

/// Reads a log in one transaction: a program that writes to the log meanwhile does not change what
/// is read. The message of each error names the file. Errors: those of open_existing_log(), and
/// log_unreadable.
/// Not thread-safe.
class LogReader {
 public:
  static Result<LogReader> open(const std::string& path);

  const std::string& path() const { return path_; }
  /// All runs, ordered by number.
  Result<ListedRuns> runs();
  Result<ItemCursor> items(std::int64_t run);
  /// The latest tally of each thread, ordered by thread; none in logs of schemas 1 to 8.
  Result<std::vector<ThreadTally>> tallies(std::int64_t run);
  /// The row of an item, which must exist. The record's texts are valid until the next call.
  Result<RequestRecord> request(std::int64_t run, std::uint64_t item);

 private:
  friend class ItemCursor;
  /// Columns that were renamed in schema 4.
  struct Columns {
    std::string_view item = "item";
    std::string_view response = "response";
  };

  LogReader(std::string path, Database database)
      : path_(std::move(path)), database_(std::move(database)) {}
  std::string column_or_null(const std::string& table, const std::string& column);
  tl::unexpected<Error> cannot_read() const;

  std::string path_;
  Database database_;
  Columns columns_;
  /// `cancelled`; NULL in place of the column in logs of schemas 1 to 10.
  std::string cancelled_;
  bool has_tallies_ = false;
  std::optional<Statement> select_request_;
};

}  // namespace paceline::log
