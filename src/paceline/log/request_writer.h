#pragma once

#include <paceline/log/database.h>
#include <paceline/log/logged_run.h>
#include <paceline/log/request_record.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace paceline {

/// Writes runs and requests into a log's tables. Where a function answers with a string, that is a
/// reason for its failure, without a full stop. For one thread at a time.
class RequestWriter {
 public:
  /// The string is a sentence.
  static std::variant<RequestWriter, std::string> open(const std::string& path);

  /// Returns the run's number in the file.
  std::variant<std::int64_t, std::string> add_run(const LoggedRun& run);

  /// Begins a transaction; write() adds to it, and commit() ends it. After a reason, roll_back().
  std::optional<std::string> begin();
  std::optional<std::string> write(std::int64_t run, const RequestRecord& record);
  std::optional<std::string> commit();
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

}  // namespace paceline
