#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <paceline/log/database.h>
#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

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

/// What a thread of a run has counted, as bytes that the log does not read.
struct KeptTally {
  std::int64_t run = 0;
  std::uint64_t thread = 0;
  std::string bytes{};
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

/// Inserts runs, requests and tallies into a log's tables. Except for open(), the message of an
/// error is only the reason, such as SQLite's, and does not name the file. Not thread-safe; threads
/// may take turns.
class RequestWriter {
 public:
  /// The error names the file.
  static Result<RequestWriter> open(const std::string& path);

  /// Adds the run and its parts in a transaction. Returns the run's number in the file.
  Result<std::int64_t> add_run(const LoggedRun& run);

  /// begin() starts a transaction, write() adds to it, and commit() ends it. After an error, call
  /// roll_back().
  Result<void> begin();
  Result<void> write(std::int64_t run, const RequestRecord& record);
  Result<void> write(const KeptTally& tally);
  Result<void> commit();
  void roll_back();

 private:
  RequestWriter(Database database, Statement insert, Statement insert_tally)
      : database_(std::move(database)),
        insert_(std::move(insert)),
        insert_tally_(std::move(insert_tally)) {}
  Result<std::int64_t> insert_run_row(const LoggedRun& run);
  Result<void> insert_parts(std::int64_t run, const std::vector<LoggedPart>& parts);

  Database database_;
  Statement insert_;
  Statement insert_tally_;
  std::string custom_id_;
  std::string error_;
  std::string response_;
};

/// How a RequestLog buffers and commits requests.
struct RequestLogOptions {
  /// Interval between commits. A short interval keeps the writer's bursts short if the writer
  /// shares a core with the pacer.
  std::chrono::milliseconds commit_every{100};
  /// Most memory that waiting requests may take while the disk is slow or full, in bytes. Further
  /// requests are dropped and counted.
  std::size_t memory = std::size_t{128} << 20;
};

/// Writes one row per request, and the latest tally of each thread, to a SQLite file, from a thread
/// of its own. Appends to an existing log.
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

  /// Keeps the tally in place of the thread's previous one, and returns without waiting for the
  /// disk. A tally that is added after requests is never in the file without them. Thread-safe.
  void keep(KeptTally tally);

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
