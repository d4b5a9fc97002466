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
  /// libuv's timer: whole milliseconds, so half a millisecond late in the middle.
  timer,
  /// timerfd: some tens of microseconds late.
  fine,
  /// timerfd, then spins for the last microseconds: late by about one; keeps the core busy.
  spin,
};

/// Where a run's requests are kept, a row of each.
struct RunLog {
  /// nullptr: nowhere.
  RequestLog* file = nullptr;
  /// The number that the file gave the run.
  std::int64_t run = 0;
  bool keeps_responses = false;
};

/// Numbers are of the whole run, whose slots several threads may share by stripes.
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
  /// Of random arrivals: the same seed gives the same schedule.
  std::uint64_t seed = 1;
  /// Makes this run's requests others than those of runs with another salt.
  std::uint64_t salt = 0;
  /// The workload's items to send, ascending, as many as `requests`; empty: from 0 on.
  std::span<const std::uint64_t> items{};
  Precision precision = Precision::fine;
  ConnectionOptions connection{};
  /// What of the run is done here.
  Stripe stripe{};
  /// When slot 0 is due; the stripes of one run share it. Empty: at once.
  std::optional<TimePoint> start{};
  RunLog log{};
  /// Tokens a minute, of prompts and responses; 0: no such budget.
  std::uint64_t tpm = 0;
  /// How often a request that may go better is sent again. Each time takes a slot of its own.
  std::uint32_t retries = 0;
  /// The longest wait for a retry. Where the server asks for more, the request fails at once.
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(60);
  /// What a request is to meet to count as good.
  std::optional<RequestObjective> objective{};
  /// How long requests in flight may still take when the run is stopped.
  std::chrono::milliseconds grace{2'000};
};

/// What a run tells, and is told, while it goes on.
struct RunHooks {
  /// Called when warm-up is over, just before the first counted request is sent.
  std::function<void()> on_first_counted;
  /// Becomes true when the run is to stop: nothing more is sent, what is in flight has the grace.
  const std::atomic<bool>* stop = nullptr;
  /// Called with each exchange that has ended, before its response is read.
  std::function<void(const Exchange&)> on_response{};
  /// Called a few times a second on the run's thread, and so must neither wait nor write.
  std::function<void(const Progress&)> on_progress{};
};

/// Sends the requests of `workload` at the pace and parallel asked for, and counts what came back.
/// Memory does not grow with the number of requests. Blocks until the last response is in.
RunTally run(Workload& workload, const RunOptions& options, const RunHooks& hooks = {});

/// The result of a first request.
struct Preflight {
  /// What the account may send, where the server tells.
  RateLimits limits{};
  /// Why the request failed; nothing where it succeeded.
  std::optional<Error> error{};
  /// Such as "HTTP/1.1"; empty where there was no response.
  std::string http_version;
};

/// How a first request is sent.
struct PreflightOptions {
  ConnectionOptions connection{};
  /// A different salt gives a different request.
  std::uint64_t salt = 0;
  /// As of a run.
  std::uint32_t retries = 0;
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(60);
  /// For how long to send the request again while no connection can be made, or the server says
  /// that it is not ready (502, 503 or 504).
  std::chrono::nanoseconds wait{0};
  /// Becomes true when nothing more is to be sent or waited for.
  const std::atomic<bool>* stop = nullptr;
  /// Called once with the first error, before the request is sent again.
  std::function<void(const Error& error)> on_wait{};
};

/// Sends one request.
Preflight send_preflight(Workload& workload, const PreflightOptions& options = {});

}  // namespace paceline
