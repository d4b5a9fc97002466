#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <paceline/log/database.h>
#include <paceline/log/log_records.h>

namespace paceline::log {

/// A request and the run it belongs to.
struct LoggedRequest {
  std::int64_t run;
  RequestRecord record;
};

/// A few hundred requests with their texts. clear() keeps the memory for reuse.
class RequestPage {
 public:
  RequestPage();
  /// Copies the record's texts.
  void add(std::int64_t run, const RequestRecord& record);
  bool full() const;
  void clear();

  /// The texts are valid until the next add() or clear().
  std::span<const LoggedRequest> requests();

 private:
  std::vector<LoggedRequest> requests_;
  std::string texts_;
};

/// A queue of requests, stored in pages, so that adding one never moves earlier ones. Returned
/// pages are reused. Not thread-safe.
class RequestPages {
 public:
  using Pages = std::vector<std::unique_ptr<RequestPage>>;

  void add(std::int64_t run, const RequestRecord& record);
  /// Removes and returns all requests.
  Pages take();
  /// Returns cleared pages for reuse.
  void give_back(Pages pages);

 private:
  Pages filled_;
  Pages empty_;
};

/// Memory that a record takes in the queue.
std::size_t bytes_of(const RequestRecord& record);

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
