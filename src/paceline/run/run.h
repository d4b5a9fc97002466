#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <paceline/clock.h>
#include <paceline/http/client.h>
#include <paceline/http/limits.h>
#include <paceline/log/request_log.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/progress.h>
#include <paceline/run/request_objective.h>
#include <paceline/stats/run_tally.h>
#include <paceline/workload.h>

namespace paceline {

/// How a run waits for a slot's due time.
enum class Precision {
  /// libuv's timer, in whole milliseconds: half a millisecond late in the median.
  timer,
  /// timerfd: some tens of microseconds late.
  fine,
  /// timerfd, then spinning: about a microsecond late. Keeps the core busy.
  spin,
};

/// Where a row for each request of a run is written.
struct RunLog {
  /// nullptr: nowhere.
  RequestLog* file = nullptr;
  /// The run's number in the file.
  std::int64_t run = 0;
  bool keeps_responses = false;
};

/// Options of a run. Numbers are of the whole run, whose slots several threads may share by
/// stripes.
struct RunOptions {
  /// Requests per minute; 0: unpaced, as fast as `parallel` allows.
  std::uint64_t rpm = 0;
  /// The most requests in flight at once; at least one for each stripe.
  std::size_t parallel = 1;
  /// Counted requests.
  std::uint64_t requests = 1;
  /// Requests before the first counted one, at the same pace.
  std::uint64_t warmup = 0;
  Arrivals arrivals = Arrivals::even;
  /// For random arrivals: the same seed gives the same schedule.
  std::uint64_t seed = 1;
  /// Runs with different salts send different requests.
  std::uint64_t salt = 0;
  /// The workload's items to send, ascending, as many as `requests`; empty: from 0 on.
  std::span<const std::uint64_t> items{};
  Precision precision = Precision::fine;
  ConnectionOptions connection{};
  /// This thread's share of the slots.
  Stripe stripe{};
  /// The due time of slot 0, which the stripes of one run share. Empty: at once.
  std::optional<TimePoint> start{};
  RunLog log{};
  /// Tokens per minute, of prompts and responses; 0: unlimited.
  std::uint64_t tpm = 0;
  /// How often a request is sent again that may succeed then. Each retry takes its own slot.
  std::uint32_t retries = 0;
  /// The longest wait for a retry. Where the server asks for more, the request fails at once.
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(60);
  /// The objective that a request has to meet to count as good.
  std::optional<RequestObjective> objective{};
  /// How long the run waits for requests in flight after a stop.
  std::chrono::milliseconds grace{2'000};
};

/// Callbacks and the stop flag of a run.
struct RunHooks {
  /// Called after the warm-up, just before the first counted request is sent.
  std::function<void()> on_first_counted;
  /// Set to true to stop the run: no further request is sent, and requests in flight have the
  /// grace.
  const std::atomic<bool>* stop = nullptr;
  /// Called with each exchange that has ended, before its response is read.
  std::function<void(const Exchange&)> on_response{};
  /// Called a few times per second on the run's thread. Must not block.
  std::function<void(const Progress&)> on_progress{};
};

/// Sends the requests of `workload` at the rate and parallel of the options, and counts the
/// outcomes. Memory does not grow with the number of requests. Blocks until the last response.
/// Raises the limit on open files to the most that the system allows. Where no descriptor is left
/// for the run's loop, the tally's `stopped_why` says so.
RunTally run(Workload& workload, const RunOptions& options, const RunHooks& hooks = {});

/// The result of a first request.
struct Preflight {
  /// The account's limits, where the server tells them.
  RateLimits limits{};
  /// Why the request failed; nothing where it succeeded.
  std::optional<Error> error{};
  /// Such as "HTTP/1.1"; empty where there was no response.
  std::string http_version;
};

/// Options of a first request.
struct PreflightOptions {
  ConnectionOptions connection{};
  /// A different salt gives a different request.
  std::uint64_t salt = 0;
  /// As RunOptions.
  std::uint32_t retries = 0;
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(60);
  /// For how long to send the request again while no connection can be made, or the server says
  /// that it is not ready (502, 503 or 504).
  std::chrono::nanoseconds wait{0};
  /// Set to true to end the wait and the request.
  const std::atomic<bool>* stop = nullptr;
  /// Called once with the first error, before the request is sent again.
  std::function<void(const Error& error)> on_wait{};
};

/// Sends the first item of `workload` before any run.
Preflight send_preflight(Workload& workload, const PreflightOptions& options = {});

}  // namespace paceline
