#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <paceline/clock.h>
#include <paceline/http/exchange.h>
#include <paceline/http/resolver.h>
#include <paceline/log/request_log.h>
#include <paceline/pace/pacer.h>
#include <paceline/run.h>
#include <paceline/run/progress.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/gate.h>

namespace paceline::run {

/// Where a row for each request of a run is written.
struct RunLog {
  /// nullptr: nowhere.
  log::RequestLog* file = nullptr;
  /// The run's number in the file.
  std::int64_t run = 0;
  bool keeps_responses = false;
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
  /// The due time of slot 0, which the stripes of one run share. Empty: at once.
  std::optional<TimePoint> start{};
  RunLog log{};
  /// Shared by the runs that look up hosts together; nullptr: the run has its own.
  std::shared_ptr<http::Resolver> resolver{};
  /// Filters text from servers and libraries before the text is shown or stored; never nullptr.
  std::shared_ptr<const text::Gate> gate = std::make_shared<const text::Gate>();
};

/// Callbacks and the stop flag of a run.
struct RunHooks {
  /// Called after the warm-up, just before the first counted request is sent.
  std::function<void()> on_first_counted;
  /// Set to true to stop the run: no further request is sent, and requests in flight have the
  /// grace.
  const std::atomic<bool>* stop = nullptr;
  /// Called with each exchange that has ended, before its response is read.
  std::function<void(const http::Exchange&)> on_response{};
  /// Called a few times per second on the run's thread. Must not block.
  std::function<void(const Progress&)> on_progress{};
};

/// Sends the requests of `workload` at the rate and parallel of the plan, and counts the
/// outcomes. Memory does not grow with the number of requests. Blocks until the last response.
/// Raises the limit on open files to the most that the system allows. Where no descriptor is left
/// for the run's loop, the tally's `stopped_why` says so.
stats::RunTally run_stripe(Workload& workload, const RunPlan& plan, const RunHooks& hooks = {});

}  // namespace paceline::run
