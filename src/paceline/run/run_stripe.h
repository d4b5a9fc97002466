#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <paceline/clock.h>
#include <paceline/histogram.h>
#include <paceline/http/client.h>
#include <paceline/http/resolver.h>
#include <paceline/http/transport.h>
#include <paceline/log/logged_items.h>
#include <paceline/log/request_log.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/rate_changes.h>
#include <paceline/pace/stages.h>
#include <paceline/run.h>
#include <paceline/stats/run_tally.h>
#include <paceline/tally.h>
#include <paceline/text/gate.h>
#include <paceline/workload/trace.h>

namespace paceline::run {

/// The counts of Histogram::wide_counts().
using LatencyCounts = std::array<std::uint64_t, Histogram::wide_buckets>;

/// The progress of a run, or of one stripe of a run.
struct Progress {
  /// Counted requests: planned, ended, and failed or cancelled among the ended.
  std::uint64_t planned = 0;
  std::uint64_t ended = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  /// Requests that have not ended, including the warm-up.
  std::uint64_t left = 0;
  /// Departures so far, including the warm-up and retries.
  std::uint64_t departures = 0;
  std::uint64_t in_flight = 0;
  bool is_warming_up = false;
  /// Latency so far of requests that succeeded at the first try; 0 while there is none.
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p99{0};
  /// The counts of these latencies.
  LatencyCounts latency{};
  /// Failed requests by kind.
  std::array<std::uint64_t, failure_kinds> failures{};
  /// Streamed responses so far, their time to first token, and the output tokens of all responses.
  std::uint64_t streams = 0;
  std::chrono::nanoseconds ttft_p50{0};
  std::chrono::nanoseconds ttft_p99{0};
  std::uint64_t tokens = 0;
  /// What bounds the run so far; nothing while the run is too young to tell.
  std::optional<Bound> bound{};
  /// The time until the next retry, if the run waits for nothing else.
  std::optional<std::chrono::nanoseconds> retry_in{};

  /// Adds another stripe of the same run. The quantiles become the mean, weighted by responses,
  /// since each stripe is a fair sample of the whole. The run waits for a retry when every stripe
  /// with requests left waits for one. A bound other than `paced` replaces `paced`.
  void merge(const Progress& other);
};

/// The log with a row for each request of a run.
struct RunLog {
  /// nullptr: none.
  log::RequestLog* file = nullptr;
  /// The run's number in the file.
  std::int64_t run = 0;
  bool keeps_responses = false;
  /// Whether the run has parts, so that each row names its part.
  bool has_parts = false;

  /// Keeps what a thread has counted so far. `tally`: as stats::bytes_of() makes it.
  void keep(std::uint64_t thread, std::string tally) const;
};

/// The start of a run's schedule.
struct RunStart {
  /// The due time of slot 0, on this process's clock.
  TimePoint at{};
  /// The same as corrected during the run, because the clocks of several machines drift; nullptr:
  /// the start stays.
  std::shared_ptr<const std::atomic<TimePoint>> corrected{};
};

/// The replay of a trace.
struct Replay {
  /// nullptr for a run that is read from a log, which does not keep the trace.
  std::shared_ptr<const workload::Trace> trace{};
  /// Whether at most `rpm` requests per minute are sent. Otherwise `rpm` is the trace's mean rate.
  bool limits_rate = false;
};

/// The options of a run, and one thread's part of the run.
struct RunPlan : RunOptions {
  RunPlan() = default;
  /// The whole run in one stripe.
  RunPlan(RunOptions options) : RunOptions(std::move(options)) {}

  /// The workload's items to send, ascending, as many as `requests`; empty: from 0 on.
  std::span<const std::uint64_t> items{};
  /// This thread's share of the slots.
  pace::Stripe stripe{};
  /// The processes that make the run. Each has the same number of stripes.
  std::uint64_t ranks = 1;
  /// Each item is due when its row of a trace is; nothing: the run has a rate or stages.
  std::optional<Replay> replay{};
  /// Whether the workload has sessions.
  bool has_sessions = false;
  /// The turns that an earlier run has sent, of the sessions that this run continues; nullptr:
  /// none.
  std::shared_ptr<const std::vector<log::LoggedResponse>> earlier_turns{};
  /// Called when the stripe is ready to send. Returns the start of the schedule, which the stripes
  /// of one run share. Empty: at once.
  std::function<RunStart()> start{};
  /// Set by a stripe that ends the run early, so that the others end too; nullptr: there are no
  /// others.
  std::shared_ptr<std::atomic<bool>> is_ended{};
  RunLog log{};
  /// Changes of the rate during the run, which the stripes share; nullptr: the rate stays.
  std::shared_ptr<pace::RateChanges> rate_changes{};
  /// The groups in which requests are counted too; nullptr: none.
  std::shared_ptr<const stats::Groups> groups{};
  /// Whether the run is counted over time too.
  bool has_timeline = false;
  /// May be shared by several runs; nullptr: the run has its own.
  std::shared_ptr<http::Resolver> resolver{};
  /// As for `resolver`; empty: the run has its own.
  http::TransportFactory transports{};
  /// The latency to expect, for which connections are opened before the run; 0: unknown.
  std::chrono::nanoseconds expected_latency{0};
  /// Filters text from servers and libraries before the text is shown or stored; never nullptr.
  std::shared_ptr<const text::Gate> gate = std::make_shared<const text::Gate>();

  /// Whether requests have due times.
  bool is_paced() const { return rpm > 0 || replay || has_sessions; }
  /// The stripes of this process, each a thread.
  std::uint64_t threads() const { return stripe.count / ranks; }
  /// The thread of this stripe in its process.
  std::uint64_t thread() const { return stripe.index / ranks; }
};

/// Callbacks and the stop flag of a run.
struct RunHooks {
  /// Set to true to stop the run: no further request is sent, and requests in flight have the
  /// grace.
  const std::atomic<bool>* stop = nullptr;
  /// Called with each exchange that has ended, and its outcome.
  std::function<void(const http::Exchange&, const Outcome&)> on_response{};
  /// Called a few times per second on the run's thread. Must not block.
  std::function<void(const Progress&)> on_progress{};
};

/// Sends the requests of `workload` at the rate and parallel of the plan, and counts the
/// outcomes. Memory does not grow with the number of requests. Blocks until the last response.
/// Raises the limit on open files to the most that the system allows. If no descriptor is left for
/// the run's loop, the tally's `stopped_why` says so.
stats::RunTally run_stripe(Workload& workload, const RunPlan& plan, const RunHooks& hooks = {});

/// The tally of a stripe that sends nothing because of an error.
stats::RunTally unsent_tally(const RunPlan& plan, const Error& why);

/// Makes transports of this kind, which share TLS sessions.
http::TransportFactory transport_factory(TransportKind kind);

/// The most sockets that a run with that many requests in flight has open at once. Without reuse,
/// the next request may leave while the socket of the previous one is still open.
inline std::size_t sockets_for(const ConnectionOptions& connection, std::size_t parallel) {
  return connection.reuses ? parallel : 2 * parallel;
}

/// The most descriptors that a run with that many requests in flight opens in all of its stripes,
/// if its hosts are addresses.
std::size_t descriptors_for(const ConnectionOptions& connection, std::size_t parallel,
                            std::size_t stripes);

// The parts of one stripe of a run. The options are of the whole run.

/// The stages of the run, after a stage for the warm-up if there is one. Nothing: the rate is
/// constant, or the run is unpaced.
std::optional<pace::StagedRate> staged_rate(const RunPlan& options);
/// Decides when requests that follow no other one depart. `sessions`: those of the whole run; 0:
/// the run has none. Nothing when the run is unpaced.
std::optional<pace::Pacer> make_pacer(const RunPlan& options, std::uint64_t sessions = 0);
/// Decides when the first session of each user begins. Nothing for an interval of 0: at once.
std::optional<pace::Pacer> make_user_pacer(const RunPlan& options,
                                           std::chrono::nanoseconds interval);
/// Limits the rate of a replay, and of all turns of sessions. Nothing: the rate has no limit.
std::optional<pace::Pacer> make_limit(const RunPlan& options);
/// Nothing when tokens are not limited.
std::optional<pace::TokenBudget> make_budget(const RunPlan& options);
/// For how many requests the stripe opens connections before its first request: as many as it will
/// have in flight by Little's law, with a margin; 1 if the latency is unknown.
std::size_t connections_ahead(const RunPlan& options);
/// The stripe's share of the requests in flight, and of the memory for their responses.
http::ClientOptions client_options(const RunPlan& options);
/// The stripe's share of the counted requests.
std::uint64_t counted_here(const RunPlan& options);
/// The rate of the due times of what was sent; `otherwise` for fewer than two sends.
std::uint64_t due_rpm(const stats::RunTally& tally, std::uint64_t otherwise);
/// The rate that the run was asked for between the first and the last due time; 0: unpaced.
/// Differs from the plan's rate if the rate was changed during the run, and in stages.
std::uint64_t asked_rpm(const RunPlan& options, const stats::RunTally& tally);
/// The workload's item at a position of the run. The warm-up requests have items that no counted
/// request has.
std::uint64_t item_at(std::uint64_t position, const RunPlan& options);

}  // namespace paceline::run
