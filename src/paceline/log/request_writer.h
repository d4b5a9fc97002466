#pragma once

#include <paceline/log/database.h>
#include <paceline/log/logged_run.h>
#include <paceline/log/request_record.h>

#include <cstdint>
#include <span>
#include <string>

namespace paceline::log {

/// Inserts runs and requests into a log's tables. Except for open(), the message of an error is
/// only the reason, such as SQLite's, and does not name the file.
/// Not thread-safe; threads may take turns.
class RequestWriter {
 public:
  /// The error names the file.
  static Result<RequestWriter> open(const std::string& path);

  /// Returns the run's number in the file.
  Result<std::int64_t> add_run(const LoggedRun& run);

  /// begin() starts a transaction, write() adds to it, and commit() ends it. After an error, call
  /// roll_back().
  Result<void> begin();
  Result<void> write(std::int64_t run, const RequestRecord& record);
  Result<void> commit();
  void roll_back();

 private:
  RequestWriter(Database database, Statement insert)
      : database_(std::move(database)), insert_(std::move(insert)) {}

  Database database_;
  Statement insert_;
  std::string custom_id_;
  std::string error_;
  std::string response_;
};

}  // namespace paceline::log
