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
#include <programs/advice.h>
#include <programs/session.h>

namespace paceline {
namespace {

std::size_t threads_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.threads());
}

/// Google Benchmark counts iterations for each thread, and parallel is of them all.
RunOptions options_of(const benchmark::State& state, std::span<const std::uint64_t> items) {
  RunOptions run = run_options(Session::global().options());
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = static_cast<std::uint64_t>(state.max_iterations) * threads_of(state);
  run.items = items;
  run.stripe = {static_cast<std::uint64_t>(state.thread_index()), threads_of(state)};
  return run;
}

/// Nothing of the run could be: every thread says so.
std::string why_not(const benchmark::State& state) {
  Session& session = Session::global();
  std::string why = why_not_run(static_cast<std::size_t>(state.range(1)), threads_of(state));
  if (!why.empty() && !session.stopped() && state.thread_index() == 0) session.fail(why);
  return why;
}

RunHooks hooks_of(benchmark::State& state, const std::shared_ptr<ProgressDisplay>& progress) {
  RunHooks hooks{[&state] { state.ResumeTiming(); }, &Session::global().stopped()};
  if (progress) {
    const auto stripe = static_cast<std::size_t>(state.thread_index());
    hooks.on_progress = [progress, stripe](const Progress& made) {
      progress->publish(stripe, made);
    };
  }
  return hooks;
}

}  // namespace

void measure(benchmark::State& state, Workload& workload, std::span<const std::uint64_t> items) {
  Session& session = Session::global();
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (const std::string why = why_not(state); !why.empty()) {
      state.SkipWithError(why.c_str());
      break;
    }
    state.PauseTiming();
    RunOptions options = options_of(state, items);
    const std::string name = workload.describe().name;
    const GroupRun shared =
        session.team().join(threads_of(state), [&] { return begin_run(workload, options, name); });
    options.salt = shared.salt;
    options.log = shared.log;
    options.start = shared.start;
    Tally tally;
    if (shared.why.empty()) tally = run(workload, options, hooks_of(state, shared.progress));
    if (tally.sent == 0) state.ResumeTiming();
    const auto whole = session.team().leave(tally, threads_of(state));
    if (!shared.why.empty()) {
      state.SkipWithError(shared.why.c_str());
    } else if (whole) {
      if (shared.progress) shared.progress->end();
      report(state, name, *whole);
    }
  }
}

ApiCheck check_api(Workload& workload) {
  Session& session = Session::global();
  const Options& options = session.options();
  Request request;
  workload.make(0, request);
  PreflightOptions first{.connection = connection_options(options), .salt = session.next_salt()};
  first.retries = options.retries;
  first.max_backoff = options.max_backoff;
  first.wait = options.wait;
  first.stop = &session.stopped();
  first.on_wait = [&](const std::string& why) {
    session.warn(fmt::format("waiting up to {:g} s for {} to answer: {}", seconds_of(options.wait),
                             host_of(request.url), why));
  };
  const Trial preflight = send_preflight(workload, first);
  if (session.stopped()) return {"stopped before the first response", {}};
  if (!preflight.failure.empty()) {
    return {
        fmt::format("a first request to {} failed: {}; {}", host_of(request.url), preflight.failure,
                    advice_for(preflight.kind, preflight.status, options.api_key_env)),
        {}};
  }
  if (options.http == HttpVersion::two && preflight.http_version != "HTTP/2") {
    return {fmt::format("{} speaks {} and --paceline_http=2 was asked for: it needs https, and a "
                        "server that has it; or leave the flag out",
                        host_of(request.url), preflight.http_version),
            {}};
  }
  session.note_protocol(request.url, preflight.http_version);
  return {{}, preflight.limits};
}

}  // namespace paceline
