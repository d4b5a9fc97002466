#include <paceline/gbench/measure.h>

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

#include <paceline/gbench/report.h>
#include <paceline/gbench/run_setup.h>
#include <paceline/http/url.h>
#include <paceline/run/run.h>
#include <paceline/stats/seconds.h>

namespace paceline {
namespace {

std::size_t threads_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.threads());
}

/// Google Benchmark counts iterations for each thread, and parallel is of them all.
RunOptions options_of(const benchmark::State& state, const Context& context,
                      std::span<const std::uint64_t> items) {
  RunOptions run = context.run_options();
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = static_cast<std::uint64_t>(state.max_iterations) * threads_of(state);
  run.items = items;
  run.stripe = {static_cast<std::uint64_t>(state.thread_index()), threads_of(state)};
  return run;
}

/// Nothing of the run could be: every thread says so.
std::string why_not(const benchmark::State& state, Context& context) {
  std::string why =
      why_not_run(context, static_cast<std::size_t>(state.range(1)), threads_of(state));
  if (!why.empty() && !context.stopped() && state.thread_index() == 0) context.fail(why);
  return why;
}

RunHooks hooks_of(benchmark::State& state, const Context& context,
                  const std::shared_ptr<ProgressSink>& progress) {
  RunHooks hooks{[&state] { state.ResumeTiming(); }, &context.stopped()};
  if (progress) {
    const auto stripe = static_cast<std::size_t>(state.thread_index());
    hooks.on_progress = [progress, stripe](const Progress& made) {
      progress->publish(stripe, made);
    };
  }
  return hooks;
}

}  // namespace

void measure(benchmark::State& state, Context& context, Workload& workload,
             std::span<const std::uint64_t> items) {
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (const std::string why = why_not(state, context); !why.empty()) {
      state.SkipWithError(why.c_str());
      break;
    }
    state.PauseTiming();
    RunOptions options = options_of(state, context, items);
    const std::string name = workload.describe().name;
    const GroupRun shared = context.group().join(
        threads_of(state), [&] { return begin_run(context, workload, options, name); });
    options.salt = shared.salt;
    options.log = shared.log;
    options.start = shared.start;
    RunTally tally;
    if (shared.why.empty())
      tally = run(workload, options, hooks_of(state, context, shared.progress));
    if (tally.sent == 0) state.ResumeTiming();
    const auto whole = context.group().leave(tally, threads_of(state));
    if (!shared.why.empty()) {
      state.SkipWithError(shared.why.c_str());
    } else if (whole) {
      if (shared.progress) shared.progress->end();
      report(state, context, name, *whole);
    }
  }
}

ApiCheck check_api(Context& context, Workload& workload) {
  const ContextSettings& settings = context.settings();
  const RunOptions& run = context.run_options();
  Request request;
  workload.make(0, request);
  PreflightOptions first{.connection = run.connection, .salt = context.next_salt()};
  first.retries = run.retries;
  first.max_backoff = run.max_backoff;
  first.wait = settings.wait;
  first.stop = &context.stopped();
  first.on_wait = [&](const Error& error) {
    context.console().warn(fmt::format("waiting up to {:g} s for {} to answer: {}",
                                       seconds_of(settings.wait), host_of(request.url),
                                       error.message));
  };
  const Preflight preflight = send_preflight(workload, first);
  if (context.stopped()) return {"stopped before the first response", {}};
  if (preflight.error) {
    return {fmt::format("a first request to {} failed: {}", host_of(request.url),
                        context.with_remedy(*preflight.error)),
            {}};
  }
  if (run.connection.http == HttpVersion::two && preflight.http_version != "HTTP/2") {
    return {fmt::format("{} speaks {} and --paceline_http=2 was asked for: it needs https, and a "
                        "server that has it; or leave the flag out",
                        host_of(request.url), preflight.http_version),
            {}};
  }
  context.note_protocol(request.url, preflight.http_version);
  return {{}, preflight.limits};
}

}  // namespace paceline
