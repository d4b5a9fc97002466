#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/text/result.h>

struct sqlite3;
struct sqlite3_stmt;

namespace paceline::log {

/// Bytes for a column of type BLOB.
struct Blob {
  std::string_view bytes;
};

/// A prepared SQLite statement. The statement must not outlive its database.
class Statement {
 public:
  enum class Step { row, done, failed };

  /// Restarts the statement with these parameters; the first is ?1. A parameter is an integer, a
  /// real, a text, a Blob, or an optional of these; an empty optional is NULL. Texts and bytes must
  /// outlive the steps.
  template <typename... Values>
  void bind(const Values&... values) {
    reset();
    int place = 0;
    (bind_at(++place, values), ...);
  }

  Step step();

  /// Columns of the row that step() has reached, counted from 0. NULL reads as 0 and as an empty
  /// text. A text is valid until the next step, as are the bytes of a Blob.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view bytes(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void reset();
  void bind_at(int place, std::int64_t value);
  void bind_at(int place, double value);
  void bind_at(int place, std::string_view value);
  void bind_at(int place, Blob value);
  void bind_null(int place);
  template <typename Value>
  void bind_at(int place, const std::optional<Value>& value) {
    value ? bind_at(place, *value) : bind_null(place);
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  bool bound_ = true;
};

/// A SQLite file. The message of an error is SQLite's, such as "database or disk is full". The
/// code is disk_full or log_unusable.
/// Not thread-safe; threads may take turns.
class Database {
 public:
  /// `create` creates a missing file with mode 0600. SQLite gives that mode to the -wal and -shm
  /// files as well. `existing` fails if the file is missing.
  enum class Mode { create, existing };
  static Result<Database> open(const std::string& path, Mode mode);

  /// Runs statements that return no rows, separated by semicolons.
  Result<void> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row.
  Result<std::int64_t> read_integer(std::string_view sql);

  /// Why the last call on this database, or on one of its statements, failed.
  Error last_error() const;
  bool in_transaction() const;
  /// Whether the file was moved or deleted, so that writes to it would be lost.
  bool has_moved() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit Database(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

// The tables of a log. Times are integers: nanoseconds from the start of the row's run.
//
//   runs: one row per run. `url` is NULL in runs of schema 1, `transport` in runs of schemas 1 and
//   2, and `threads` in runs of schemas 1 to 6. `identity` is equal in all files of one run, and
//   differs between runs; `rank` and `ranks` say which of the run's processes wrote the file. The
//   three are NULL in runs of schemas 1 to 7.
//   requests: one row per request that was sent and has ended; `error` is NULL if the response
//   was good. In schemas 1 to 3, `item` is called slot, and `response` is called reply. `part` is
//   NULL if the run has no parts; schemas 1 to 4 have no such column. `finish` is the reason for
//   which the response ended, such as 'length'. `tool_calls_valid` is 1 or 0, and NULL for a
//   response without tool calls. Both, `first_answer_ns` and `reasoning_tokens` are of schema 6.
//   `lookup_ns`, `tcp_ns` and `tls_ns`, of schema 7, are the times of opening the connection that
//   the request waited for, and NULL if the request did not wait for one. `cancelled`, of schema
//   11, is 1 if the run cancelled the request, whose `error` is then no failure, and otherwise 0.
//   parts: the model and the URL of each part of a run that mixes models or servers; since
//   schema 5.
//   latencies: a view of requests with durations in milliseconds, and their model and URL.
//   tallies: the latest tally of each thread of a run, in the form of stats::bytes_of(). The table
//   is of schema 9, as are the columns `stages`, `burstiness` and `context` of runs. `context` is a
//   JSON object with the facts about the program. `is_replay` of runs is 1 for a replay of a trace,
//   and NULL in runs of schemas 1 to 9. `users`, of schema 11, is the number of sessions at once, 0
//   if sessions began on the schedule, and NULL in runs without sessions.
//
// The file's application_id marks it as a log; its user_version is the number of its schema.

/// Opens a log for writing, in WAL mode. Creates a missing file with mode 0600, and migrates a log
/// of an older schema. A transaction is on the disk when its COMMIT returns.
/// Errors: log_unusable, log_too_new.
Result<Database> open_log(const std::string& path);

/// Opens an existing log of this schema or an older one, and does not migrate it.
/// Errors: not_a_log, log_too_new.
Result<Database> open_existing_log(const std::string& path);

}  // namespace paceline::log
