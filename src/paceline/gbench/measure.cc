#include <paceline/gbench/measure.h>

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

#include <paceline/gbench/report.h>
#include <paceline/gbench/run_setup.h>
#include <paceline/http/target.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {
namespace {

std::size_t threads_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.threads());
}

/// Google Benchmark counts iterations for each thread, and parallel is of them all.
run::RunPlan plan_of(const benchmark::State& state, const Context& context,
                     std::span<const std::uint64_t> items) {
  run::RunPlan run = context.plan();
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = static_cast<std::uint64_t>(state.max_iterations) * threads_of(state);
  run.items = items;
  run.stripe = {static_cast<std::uint64_t>(state.thread_index()), threads_of(state)};
  return run;
}

/// Every thread learns why the run cannot be made, and one prints the error.
Result<void> check(const benchmark::State& state, Context& context) {
  auto checked = check_run(context, static_cast<std::size_t>(state.range(1)), threads_of(state));
  if (!checked && !context.stopped() && state.thread_index() == 0) context.fail(checked.error());
  return checked;
}

run::RunHooks hooks_of(benchmark::State& state, const Context& context,
                       const std::shared_ptr<ProgressSink>& progress) {
  run::RunHooks hooks{[&state] { state.ResumeTiming(); }, &context.stopped()};
  if (progress) {
    const auto stripe = static_cast<std::size_t>(state.thread_index());
    hooks.on_progress = [progress, stripe](const run::Progress& made) {
      progress->publish(stripe, made);
    };
  }
  return hooks;
}

}  // namespace

void measure(benchmark::State& state, Context& context, Workload& workload,
             std::span<const std::uint64_t> items) {
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (const auto checked = check(state, context); !checked) {
      state.SkipWithError(checked.error().message.c_str());
      break;
    }
    state.PauseTiming();
    run::RunPlan plan = plan_of(state, context, items);
    const std::string name = workload.describe().name;
    const GroupRun shared = context.group().join(
        threads_of(state), [&] { return begin_run(context, workload, plan, name); });
    plan.salt = shared.salt;
    plan.log = shared.log;
    plan.start = shared.start;
    stats::RunTally tally;
    if (!shared.error)
      tally = run::run_stripe(workload, plan, hooks_of(state, context, shared.progress));
    if (tally.sent == 0) state.ResumeTiming();
    const auto whole = context.group().leave(tally, threads_of(state));
    if (shared.error) {
      state.SkipWithError(shared.error->message.c_str());
    } else if (whole) {
      if (shared.progress) shared.progress->end();
      report(state, context, name, *whole);
    }
  }
}

Result<http::RateLimits> check_api(Context& context, Workload& workload) {
  const ContextSettings& settings = context.settings();
  const RunOptions& run = settings.run;
  Request request;
  workload.make(0, request);
  const std::string host = http::host_of(request.url);
  run::PreflightOptions first{.connection = run.connection,
                              .resolver = settings.resolver,
                              .gate = settings.gate,
                              .salt = context.next_salt()};
  first.retries = run.retries;
  first.max_backoff = run.max_backoff;
  first.wait = settings.wait;
  first.stop = &context.stopped();
  first.on_wait = [&](const Error& error) {
    context.console().warn(fmt::format("waiting up to {:g} s for {} to answer: {}",
                                       stats::seconds_of(settings.wait), host, error.message));
  };
  run::Preflight preflight = run::send_preflight(workload, first);
  if (context.stopped()) return fail(ErrorCode::stopped, "stopped before the first response");
  if (preflight.error) {
    Error& error = *preflight.error;
    error.message = fmt::format("a first request to {} failed: {}", host, error.message);
    return tl::unexpected(std::move(error));
  }
  if (run.connection.http == HttpVersion::two && preflight.http_version != "HTTP/2") {
    return fail(ErrorCode::http2_missing, fmt::format("{} speaks {} and not HTTP/2, which needs "
                                                      "https and a server that supports HTTP/2",
                                                      host, preflight.http_version));
  }
  context.note_protocol(request.url, preflight.http_version);
  return preflight.limits;
}

}  // namespace paceline::gbench
