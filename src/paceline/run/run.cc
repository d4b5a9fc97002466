#include <paceline/run/run.h>

#include <algorithm>
#include <thread>
#include <utility>

#include <paceline/run/dispatcher.h>

namespace paceline {
namespace {

constexpr std::chrono::milliseconds between_starts{250};

bool is_stopped(const TrialOptions& options) {
  return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
}

void sleep_until(TimePoint when, const TrialOptions& options) {
  constexpr std::chrono::milliseconds look{10};
  while (Clock::now() < when && !is_stopped(options)) std::this_thread::sleep_for(look);
}

/// What a server does that is not ready yet, or what stands before it: Docker's proxy accepts
/// connections for it, and resets them.
bool may_be_starting(const Tally& tally, long status) {
  if (tally.failed_by(Failure::connect) + tally.failed_by(Failure::reset) > 0) return true;
  return status == 502 || status == 503 || status == 504;
}

}  // namespace

Tally run(Workload& workload, const RunOptions& options, const RunHooks& hooks) {
  Loop loop;
  Dispatcher dispatcher(loop, workload, options, hooks);
  return dispatcher.run();
}

Trial try_once(Workload& workload, const TrialOptions& options) {
  Trial trial;
  RunHooks hooks;
  hooks.stop = options.stop;
  hooks.on_reply = [&](const Exchange& exchange) {
    trial.limits = rate_limits(exchange);
    trial.status = exchange.reply.status;
  };
  const auto send = [&](std::uint32_t retries) {
    trial.status = 0;
    RunOptions once{.salt = options.salt, .connection = options.connection, .retries = retries};
    once.max_backoff = options.max_backoff;
    // There is nothing to be kept of it.
    once.grace = std::chrono::milliseconds(0);
    return run(workload, once, hooks);
  };
  const TimePoint deadline = Clock::now() + options.wait;
  Tally tally = send(options.wait > std::chrono::nanoseconds(0) ? 0 : options.retries);
  if (may_be_starting(tally, trial.status) && Clock::now() < deadline && options.on_wait) {
    options.on_wait(tally.first_failure);
  }
  while (may_be_starting(tally, trial.status) && Clock::now() < deadline && !is_stopped(options)) {
    sleep_until(std::min(Clock::now() + between_starts, deadline), options);
    if (!is_stopped(options)) tally = send(0);
  }
  const bool is_to_be_retried = options.wait > std::chrono::nanoseconds(0) && options.retries > 0;
  if (tally.failed > 0 && is_to_be_retried && !is_stopped(options)) tally = send(options.retries);
  for (std::size_t i = 0; i < failure_kinds; ++i) {
    if (tally.failures[i] > 0) trial.kind = static_cast<Failure>(i);
  }
  trial.failure = std::move(tally.first_failure);
  if (tally.succeeded + tally.failed == 0) trial.failure = "stopped before it was answered";
  trial.http_version = std::move(tally.http_version);
  return trial;
}

}  // namespace paceline
