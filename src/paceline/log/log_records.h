#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/message.h>
#include <paceline/tally.h>

namespace paceline::log {

/// A request as the log stores it. Times count from the start of the run. In texts, bytes that
/// are not valid UTF-8 are stored as U+FFFD.
struct RequestRecord {
  /// Item of the workload. A resumed run finds the missing items by this number. One row per item
  /// and run.
  std::uint64_t item = 0;
  /// Name of the request in the user's batch file; empty: none.
  std::string_view custom_id{};

  std::chrono::nanoseconds due{0};
  std::chrono::nanoseconds sent{0};
  std::optional<std::chrono::nanoseconds> first_byte{};
  std::optional<std::chrono::nanoseconds> first_token{};
  /// The first event with a token of the answer.
  std::optional<std::chrono::nanoseconds> first_answer{};
  /// When the last byte was read, or the exchange failed.
  std::optional<std::chrono::nanoseconds> done{};
  /// Nothing: the request did not wait for a new connection.
  std::optional<ConnectTimes> connect{};

  /// 0: there was no HTTP response.
  long status = 0;
  /// Why the request has no good response; empty: the response was good.
  std::string_view error{};
  /// Whether the run cancelled the request on purpose, so that `error` is no failure.
  bool is_cancelled = false;

  std::optional<std::uint64_t> tokens_in{};
  std::optional<std::uint64_t> tokens_out{};
  std::optional<std::uint64_t> cached_tokens{};
  std::optional<std::uint64_t> reasoning_tokens{};
  std::uint64_t retries = 0;
  /// As in Outcome.
  std::optional<Finish> finish{};
  std::optional<bool> tool_calls_valid{};
  /// Place in LoggedRun::parts; nothing if the run has no parts.
  std::optional<std::uint64_t> part{};

  /// Body of the response, or the body that was assembled from a stream. Empty: not kept.
  std::string_view response{};
};

/// A part of a run that mixes models or servers.
struct LoggedPart {
  std::string model{};
  /// As LoggedRun::url.
  std::string url{};
};

/// A run as the log stores it. `name`, `workload`, `url` and `model` are the run's job. Each item
/// makes the same request in all runs of one job, so a later run can send the items that an earlier
/// run lacks.
struct LoggedRun {
  /// Such as "chat/complete".
  std::string name{};
  /// The fingerprint of the requests, a JSON object. A text that begins with # is a hash; "lines"
  /// are the hashes of a file's lines (LineHashes).
  std::string workload{};
  /// Whether the run sends only items that no earlier run of the same job has settled: items
  /// without a good response that were not cancelled.
  bool resumed = false;
  /// Wall-clock time of the run's start.
  std::chrono::system_clock::time_point started{};
  /// Requests per minute; 0: unpaced.
  std::uint64_t rpm = 0;
  std::uint64_t parallel = 0;
  std::uint64_t requests = 0;
  std::uint64_t warmup = 0;
  /// Hosts and ports of the URLs, without user and key.
  std::string host{};
  std::string model{};
  /// URLs of the requests, separated by ", ", without the user and with a hashed query. Empty:
  /// unknown, in logs of schema 1.
  std::string url{};
  /// The transport that carries the requests, such as "curl".
  std::string transport{};
  std::uint64_t threads = 1;
  /// Equal in all files of one run, and different in all other runs. Nothing: unknown, in logs of
  /// schemas 1 to 7.
  std::optional<std::uint64_t> identity{};
  /// The process that wrote the rows, of `ranks` processes that made the run together. The other
  /// members are those of the whole run.
  std::uint64_t rank = 0;
  std::uint64_t ranks = 1;
  /// The stages of the run, as pace::stages_text() writes them; empty: none.
  std::string stages{};
  /// Whether the run replayed a trace.
  bool is_replay = false;
  /// The sessions at once, or 0 if they began on the schedule. Nothing: the run has no sessions.
  std::optional<std::uint64_t> users{};
  /// As in Arrivals; 0 in logs of schemas 1 to 8.
  double burstiness = 0;
  /// Facts about the program, a JSON object of texts. Empty: unknown, in logs of schemas 1 to 8.
  std::string context{};
  /// By RequestRecord::part. Empty: one part, of this model and URL.
  std::vector<LoggedPart> parts{};
};

/// How the job of run `now` differs from the job of run `then`, one phrase per difference, such as
/// "max_tokens was 16 and is 32". Empty: both are the same job.
std::vector<std::string> job_differences(const LoggedRun& then, const LoggedRun& now);

/// Whether job_differences() would be empty.
bool same_job(const LoggedRun& one, const LoggedRun& other);

}  // namespace paceline::log
