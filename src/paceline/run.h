#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/connection.h>
#include <paceline/schedule.h>
#include <paceline/tally.h>
#include <paceline/workload.h>

namespace paceline {

/// How a run waits for a slot's due time.
enum class Precision {
  /// libuv's timer, in whole milliseconds: half a millisecond late in the median. Too coarse for
  /// 60,000 requests per minute and more on one thread.
  timer,
  /// timerfd: some 25 microseconds late.
  fine,
  /// timerfd, then spinning: about a microsecond late, and five with libcurl. Keeps the core busy.
  spin,
};

/// The times of a request. They count from its first send, except due_latency.
struct RequestTimes {
  /// From the first send to the last byte.
  std::chrono::nanoseconds latency{0};
  /// From the due time.
  std::chrono::nanoseconds due_latency{0};
  /// To the first token. In a response that does not stream, the first token arrives with the last.
  std::chrono::nanoseconds ttft{0};
  /// Time per output token after the first; nothing if no time between tokens is known.
  std::optional<std::chrono::nanoseconds> tpot;
};

/// Upper limits of a request's times. Nothing: no limit.
struct RequestObjective {
  /// From the first send to the last byte.
  std::optional<std::chrono::nanoseconds> latency;
  /// From the due time to the last byte.
  std::optional<std::chrono::nanoseconds> due_latency;
  /// To the first token.
  std::optional<std::chrono::nanoseconds> ttft;
  /// Per output token after the first.
  std::optional<std::chrono::nanoseconds> tpot;

  /// Whether a request that succeeded with these times met the objective.
  bool is_met_by(const RequestTimes& times) const {
    const auto is_below = [](std::optional<std::chrono::nanoseconds> time,
                             std::optional<std::chrono::nanoseconds> limit) {
      return !limit || !time || *time < *limit;
    };
    return is_below(times.latency, latency) && is_below(times.due_latency, due_latency) &&
           is_below(times.ttft, ttft) && is_below(times.tpot, tpot);
  }
};

/// The cancellation of a share of the requests before their responses have ended, for servers whose
/// abort paths matter. Over HTTP/1.1 the connection is closed, and over HTTP/2 the stream is reset.
struct Cancellation {
  /// The share of the requests, above 0 and at most 1. The item and RunOptions::seed decide which
  /// requests these are.
  double share = 0;
  /// The time from the send, shorter than the timeout. A response that ends earlier counts as any
  /// other.
  std::chrono::milliseconds after{0};
};

/// Options of a run. Numbers apply to the whole run, regardless of its number of threads.
struct RunOptions {
  /// Requests per minute; 0: unpaced, as fast as `parallel` allows.
  std::uint64_t rpm = 0;
  /// The most requests in flight at once.
  std::size_t parallel = 1;
  /// Counted requests.
  std::uint64_t requests = 1;
  /// Requests before the first counted one, at the same pace.
  std::uint64_t warmup = 0;
  /// The rate over time, in place of a constant one; `rpm` is then its mean. The run has as many
  /// requests as become due in the stages. Empty: the rate is `rpm`.
  std::vector<Stage> stages{};
  /// The distribution of requests over time.
  Arrivals arrivals = constant_arrivals;
  /// The sessions at once, of a workload with sessions: each begins when another one has ended and
  /// its user has thought. 0: sessions begin on the schedule, at the rate at which `rpm` is the
  /// rate of all turns together.
  std::uint64_t users = 0;
  /// For random arrivals and for `cancellation`: the same seed gives the same schedule, and cancels
  /// the same items.
  std::uint64_t seed = 1;
  /// Runs with different salts send different requests.
  std::uint64_t salt = 0;
  /// The precision of departures.
  Precision precision = Precision::fine;
  /// Options of every connection.
  ConnectionOptions connection{};
  /// Tokens per minute, of prompts and responses; 0: unlimited.
  std::uint64_t tpm = 0;
  /// How often a failed request that may still succeed is sent again. Each retry takes its own
  /// slot.
  std::uint32_t retries = 0;
  /// The longest wait for a retry. If the server asks for more, the request fails at once.
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(60);
  /// The objective that a request has to meet to count as good.
  std::optional<RequestObjective> objective{};
  /// Nothing: no request is cancelled. The warm-up is treated like the counted requests.
  std::optional<Cancellation> cancellation{};
  /// How long the run waits for requests in flight after a stop.
  std::chrono::milliseconds grace{2'000};
};

/// The kinds of bounds of a run.
enum class Bound {
  /// The run kept its rate and its schedule.
  paced,
  /// `parallel` held requests back. Expected for a run without a rate.
  parallel,
  /// The server answers no more requests per second, however many are in flight.
  server,
  /// This program delayed requests by enough to distort the figures.
  client,
  /// The server refused requests, or the token budget held them back.
  rate_limit,
  /// Too many requests failed for the others to be meaningful.
  failing,
};

/// The bound of a run, with the facts that show it.
struct Verdict {
  /// The kind of bound.
  Bound bound = Bound::paced;
  /// The facts for people.
  std::string words;
};

/// "paced", "parallel-bound", "server-bound", "client-bound", "rate-limited" or "failing".
std::string_view name_of(Bound bound);

/// Result of a run.
struct RunResult {
  /// The counts, times and errors.
  Tally tally;
  /// The bound of the run.
  Verdict verdict;
};

/// Runs `workload` on the calling thread, without Google Benchmark. Blocks until the last response.
/// Set `stop` to true, from any thread, to end the run early. Memory does not grow with the number
/// of requests. Raises the limit on open files to the most that the system allows. Error messages
/// are single lines of printable text; a server may have put the API key into them.
RunResult run_workload(Workload& workload, const RunOptions& options,
                       const std::atomic<bool>* stop = nullptr);

}  // namespace paceline
