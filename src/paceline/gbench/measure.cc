#include <paceline/gbench/measure.h>

#include <fmt/format.h>

#include <chrono>
#include <string>

#include <paceline/gbench/session.h>
#include <paceline/run/run.h>

namespace paceline {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::chrono::milliseconds request_timeout(const Options& options) {
  return std::chrono::ceil<std::chrono::milliseconds>(options.timeout);
}

RunOptions run_options(const benchmark::State& state, const Options& options) {
  RunOptions run;
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = static_cast<std::uint64_t>(state.max_iterations);
  run.warmup = options.warmup;
  run.arrivals = options.arrivals;
  run.seed = options.seed;
  run.precision = options.precision;
  run.timeout = request_timeout(options);
  return run;
}

void set_counters(benchmark::State& state, const Tally& tally) {
  auto& counters = state.counters;
  counters["p50"] = seconds(tally.latency.quantile(0.5));
  counters["p90"] = seconds(tally.latency.quantile(0.9));
  counters["p99"] = seconds(tally.latency.quantile(0.99));
  counters["p99.9"] = seconds(tally.latency.quantile(0.999));
  counters["max"] = seconds(tally.latency.max());
  counters["due_p50"] = seconds(tally.due_latency.quantile(0.5));
  counters["due_p99"] = seconds(tally.due_latency.quantile(0.99));
  counters["late_p50"] = seconds(tally.late.quantile(0.5));
  counters["late_p99"] = seconds(tally.late.quantile(0.99));
  counters["late_max"] = seconds(tally.late.max());
  counters["rpm"] = tally.achieved_rpm();
  counters["rps"] = tally.rps();
  counters["in_flight"] = static_cast<double>(tally.in_flight);
  counters["errors"] = static_cast<double>(tally.failed);
  const double wall = seconds(tally.last_done - tally.first_send);
  if (tally.replies_with_usage > 0 && wall > 0) {
    counters["tokens_out"] = static_cast<double>(tally.tokens_out) / wall;
  }
}

void report(benchmark::State& state, const Tally& tally) {
  Session& session = Session::global();
  const std::uint64_t completed = tally.succeeded + tally.failed;
  if (tally.succeeded == 0) {
    session.stop();
    const std::string why = tally.cut_short
                                ? "cut short before any reply"
                                : fmt::format("every request failed: {}", tally.first_failure);
    if (!tally.cut_short) session.fail(why);
    state.SkipWithError(why.c_str());
    return;
  }
  // The mean of what succeeded, so that failures and a cut-short run do not make it look faster.
  state.SetIterationTime(seconds(tally.latency.mean()) * static_cast<double>(state.max_iterations));
  set_counters(state, tally);
  if (tally.cut_short) {
    state.SetLabel(fmt::format("cut short: {} of {} requests", completed, tally.planned));
  }
  if (tally.error_ratio() > session.options().max_error_ratio) {
    session.fail(fmt::format(
        "{} of {} requests failed, more than --paceline_max_error_ratio={}; the first: {}",
        tally.failed, completed, session.options().max_error_ratio, tally.first_failure));
  }
}

}  // namespace

void measure(benchmark::State& state, Workload& workload) {
  const Session& session = Session::global();
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (session.stopped()) {
      state.SkipWithError("not run: the program was stopped before");
      break;
    }
    state.PauseTiming();
    const Tally tally = run(workload, run_options(state, session.options()),
                            {[&state] { state.ResumeTiming(); }, &session.stopped()});
    if (tally.sent == 0) state.ResumeTiming();
    report(state, tally);
  }
}

std::string check(Workload& workload) {
  const Options& options = Session::global().options();
  const std::string why = try_once(workload, request_timeout(options));
  if (why.empty()) return {};
  Request request;
  workload.make(0, request);
  const bool key_refused = why.find("HTTP 401") != std::string::npos;
  return fmt::format("a first request to {} failed: {}; {}", host_of(request.url), why,
                     key_refused ? "set a key that it takes in " + options.api_key_env
                                 : "check the URL, and that the server is up");
}

}  // namespace paceline
