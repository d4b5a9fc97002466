#pragma once

#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace paceline::log {

/// How a RequestLog buffers and commits requests.
struct RequestLogOptions {
  /// Interval between commits. A short interval keeps the writer's bursts short where it shares a
  /// core with the pacer.
  std::chrono::milliseconds commit_every{100};
  /// Most memory that waiting requests may take while the disk is slow or full, in bytes. Further
  /// requests are dropped and counted.
  std::size_t memory = std::size_t{128} << 20;
};

/// Writes one row per request to a SQLite file, from a thread of its own. Appends to an existing
/// log.
///
/// If the process is killed or the machine loses power, the log lacks the requests since the last
/// commit: those of less than a second, unless the disk itself takes longer. The file needs no
/// repair.
class RequestLog {
 public:
  /// Errors: those of open_log().
  static Result<std::unique_ptr<RequestLog>> open(const std::string& path,
                                                  const RequestLogOptions& options = {});
  /// Closes the file as well, without reporting lost requests; call close() first.
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  /// Writes the run's row and returns its number. Blocks until the row is on the disk, so call it
  /// before the run starts. Error: log_unwritable.
  Result<std::int64_t> begin_run(const LoggedRun& run);

  /// Copies the record with its texts, and returns without waiting for the disk. Thread-safe.
  void add(std::int64_t run, const RequestRecord& record);

  /// An error while the file cannot be written (log_unwritable), and permanently once requests were
  /// dropped (as from close()). Thread-safe.
  Result<void> status() const;

  /// Writes the remaining requests and closes the file; do not call add() afterwards. Error:
  /// log_incomplete or disk_full, with the number of requests that are not in the file. Further
  /// calls return the same.
  Result<void> close();

 private:
  class Worker;

  explicit RequestLog(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace paceline::log
