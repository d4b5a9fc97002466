#include <paceline/run/preflight.h>

#include <algorithm>
#include <thread>
#include <utility>

#include <paceline/clock.h>
#include <paceline/run/run_stripe.h>

namespace paceline::run {
namespace {

constexpr std::chrono::milliseconds between_starts{250};
/// More than any workload has optional fields.
constexpr std::size_t most_adaptations = 8;

bool is_stopped(const PreflightOptions& options) {
  return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
}

void sleep_until(TimePoint when, const PreflightOptions& options) {
  constexpr std::chrono::milliseconds look{10};
  while (Clock::now() < when && !is_stopped(options)) std::this_thread::sleep_for(look);
}

/// Whether the server may be starting. Docker's proxy accepts connections for a container that does
/// not listen yet, and resets them.
bool may_be_starting(const Tally& tally, const Outcome& outcome) {
  if (tally.failed_by(Failure::connect) + tally.failed_by(Failure::reset) > 0) return true;
  const long status = outcome.error.status;
  return status == 502 || status == 503 || status == 504;
}

}  // namespace

Preflight send_preflight(Workload& workload, const PreflightOptions& options) {
  Preflight preflight;
  Outcome outcome;
  RunHooks hooks;
  hooks.stop = options.stop;
  hooks.on_response = [&](const http::Exchange& exchange, const Outcome& read) {
    preflight.limits = http::rate_limits(exchange.response);
    const Response& response = exchange.response;
    preflight.latency =
        response.done - response.sent - response.connect.value_or(ConnectTimes()).total();
    outcome = read;
    outcome.error.status = exchange.response.status;
  };
  const auto send = [&](std::uint32_t retries) {
    outcome = {};
    RunPlan once;
    once.items = {&options.item, 1};
    once.salt = options.salt;
    once.connection = options.connection;
    once.resolver = options.resolver;
    once.transports = options.transports;
    once.gate = options.gate;
    once.retries = retries;
    once.max_backoff = options.max_backoff;
    // A stop need not wait for the response.
    once.grace = std::chrono::milliseconds(0);
    return run_stripe(workload, once, hooks);
  };
  const TimePoint deadline = Clock::now() + options.wait;
  Tally tally = send(options.wait > std::chrono::nanoseconds(0) ? 0 : options.retries);
  if (may_be_starting(tally, outcome) && Clock::now() < deadline && options.on_wait) {
    options.on_wait(*tally.first_failure);
  }
  while (may_be_starting(tally, outcome) && Clock::now() < deadline && !is_stopped(options)) {
    sleep_until(std::min(Clock::now() + between_starts, deadline), options);
    if (!is_stopped(options)) tally = send(0);
  }
  const bool is_to_be_retried = options.wait > std::chrono::nanoseconds(0) && options.retries > 0;
  if (tally.failed > 0 && is_to_be_retried && !is_stopped(options)) tally = send(options.retries);
  while (preflight.adaptations.size() < most_adaptations && !is_stopped(options)) {
    std::string change = workload.adapt(outcome);
    if (change.empty()) break;
    preflight.adaptations.emplace_back(outcome, std::move(change));
    tally = send(options.retries);
  }
  preflight.error =
      tally.stopped_why ? std::move(tally.stopped_why) : std::move(tally.first_failure);
  if (tally.succeeded + tally.failed == 0 && !preflight.error) {
    preflight.error = Error{ErrorCode::stopped, "stopped before it was answered"};
  }
  preflight.http_version = std::move(tally.http_version);
  preflight.response_tokens = tally.tokens.out;
  return preflight;
}

}  // namespace paceline::run
