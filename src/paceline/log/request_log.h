#pragma once

#include <paceline/log/logged_run.h>
#include <paceline/log/request_record.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace paceline {

/// How a log writes.
struct RequestLogOptions {
  /// How often what was added is committed to the disk. Often, so that the writer's bursts are
  /// short where it shares a core with the pacer.
  std::chrono::milliseconds commit_every{100};
  /// The most that requests may take in memory while the disk is slow or full; those beyond are
  /// dropped and counted.
  std::size_t memory = std::size_t{128} << 20;
};

/// Keeps a row for each request in a SQLite file, written by a thread of its own. A kill of the
/// process at any moment, or the machine's loss of power, costs what was added since the last
/// commit: less than a second's requests, unless the disk itself takes longer. The file opens
/// without help. A file of earlier runs is added to.
class RequestLog {
 public:
  /// The string is a sentence: why the file cannot be used and what to do.
  static std::variant<std::unique_ptr<RequestLog>, std::string> open(
      const std::string& path, const RequestLogOptions& options = {});
  /// Closes, too; call close() to learn what was lost.
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  /// Writes the run's row and returns its number. Waits for the disk: call it before the run
  /// starts. The string is a sentence.
  std::variant<std::int64_t, std::string> begin_run(const LoggedRun& run);

  /// Takes a copy, texts included, and returns at once; never waits for the disk. For any thread.
  void add(std::int64_t run, const RequestRecord& record);

  /// A sentence while the file cannot be written, and for good once requests were dropped. For any
  /// thread.
  std::optional<std::string> trouble() const;

  /// Writes what is left and closes the file; add() must not be called any more. The sentence says
  /// what is not in the file. Twice does no harm.
  std::optional<std::string> close();

 private:
  class Worker;

  explicit RequestLog(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace paceline
