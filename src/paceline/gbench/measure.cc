#include <paceline/gbench/measure.h>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <paceline/gbench/counters.h>
#include <paceline/gbench/session.h>
#include <paceline/run/run.h>
#include <paceline_version.h>

namespace paceline {
namespace {

ConnectionOptions connection_options(const Options& options) {
  return {.timeout = std::chrono::ceil<std::chrono::milliseconds>(options.timeout),
          .ca_file = options.ca_file};
}

std::size_t threads_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.threads());
}

/// Google Benchmark counts iterations for each thread, and parallel is of them all.
RunOptions run_options(const benchmark::State& state, const Options& options) {
  RunOptions run;
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = static_cast<std::uint64_t>(state.max_iterations) * threads_of(state);
  run.warmup = options.warmup;
  run.arrivals = options.arrivals;
  run.seed = options.seed;
  run.precision = options.precision;
  run.connection = connection_options(options);
  run.stripe = {static_cast<std::uint64_t>(state.thread_index()), threads_of(state)};
  return run;
}

/// The iteration time with which Google Benchmark shows the mean latency: it adds up what the
/// threads set, divides by the iterations of all, and as 1.7.1 does, but not 1.9.1, once more by
/// the threads. The mean is of what succeeded, so that failures and a cut-short run do not make it
/// look faster.
double iteration_time(const benchmark::State& state, const Tally& tally) {
  constexpr bool divides_by_threads =
      benchmark_version.starts_with("1.7.") || benchmark_version.starts_with("1.8.");
  const std::chrono::duration<double> mean = tally.latency.mean();
  const auto threads = static_cast<double>(state.threads());
  return mean.count() * static_cast<double>(state.max_iterations) * threads *
         (divides_by_threads ? threads : 1);
}

/// What a reader has to know beside the counters.
std::string label_of(const Tally& tally) {
  std::vector<std::string> words;
  if (tally.cut_short) {
    words.push_back(
        fmt::format("cut short: {} of {} requests", tally.succeeded + tally.failed, tally.planned));
  }
  if (tally.tokens.replies_counted > 0) {
    words.push_back("tokens counted as events with text, since the server told no usage");
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

void warn_of_lengths(const TokenTally& tokens) {
  constexpr double tolerable = 0.05;
  if (tokens.off_ratio() <= tolerable) return;
  Session::global().warn(fmt::format(
      "{:.0f}% of the replies had not the length asked for, and statistics over unequal lengths "
      "mean little: hold it with --paceline_ignore_eos or --paceline_min_tokens, where the server "
      "takes them, or ask for fewer tokens",
      100 * tokens.off_ratio()));
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
  state.SetIterationTime(iteration_time(state, tally));
  set_counters(state.counters, tally);
  state.SetLabel(label_of(tally));
  warn_of_lengths(tally.tokens);
  if (tally.error_ratio() > session.options().max_error_ratio) {
    session.fail(fmt::format(
        "{} of {} requests failed, more than --paceline_max_error_ratio={}; the first: {}",
        tally.failed, completed, session.options().max_error_ratio, tally.first_failure));
  }
}

/// Nothing of the run could be: every thread says so.
std::string why_not(const benchmark::State& state) {
  Session& session = Session::global();
  if (session.stopped()) return "not run: the program was stopped before";
  if (state.range(1) >= state.threads()) return {};
  std::string why = "parallel is less than the threads: each needs one request in flight";
  if (state.thread_index() == 0) session.fail(why);
  return why;
}

SharedRun begin_run(const benchmark::State& state, const Workload& workload, bool is_resumed) {
  Session& session = Session::global();
  const RunOptions options = run_options(state, session.options());
  const Description description = workload.describe();
  SharedRun run;
  run.salt = session.next_salt();
  LoggedRun logged;
  logged.name = description.name;
  logged.workload = description.asks;
  logged.resumed = is_resumed;
  logged.started = std::chrono::system_clock::now();
  logged.rpm = options.rpm;
  logged.parallel = options.parallel;
  logged.requests = options.requests;
  logged.warmup = options.warmup;
  logged.model = description.model;
  auto log = session.begin_log(std::move(logged));
  if (auto* why = std::get_if<std::string>(&log)) {
    session.fail(*why);
    session.stop();
    run.why = std::move(*why);
  } else {
    run.log = std::get<RunLog>(log);
  }
  return run;
}

}  // namespace

void measure(benchmark::State& state, Workload& workload, std::span<const std::uint64_t> slots) {
  Session& session = Session::global();
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (const std::string why = why_not(state); !why.empty()) {
      state.SkipWithError(why.c_str());
      break;
    }
    state.PauseTiming();
    RunOptions options = run_options(state, session.options());
    options.slots = slots;
    const SharedRun shared = session.team().join(
        threads_of(state), [&] { return begin_run(state, workload, !slots.empty()); });
    options.salt = shared.salt;
    options.log = shared.log;
    options.start = shared.start;
    Tally tally;
    if (shared.why.empty()) {
      tally = run(workload, options, {[&state] { state.ResumeTiming(); }, &session.stopped()});
    } else {
      state.SkipWithError(shared.why.c_str());
    }
    if (tally.sent == 0) state.ResumeTiming();
    const auto whole = session.team().leave(tally, threads_of(state));
    if (whole && shared.why.empty()) report(state, *whole);
  }
}

std::string check(Workload& workload) {
  Session& session = Session::global();
  const Trial trial =
      try_once(workload, connection_options(session.options()), session.next_salt());
  Request request;
  workload.make(0, request);
  if (trial.failure.empty()) {
    session.note_protocol(request.url, trial.http_version);
    return {};
  }
  const bool key_refused = trial.failure.find("HTTP 401") != std::string::npos;
  return fmt::format("a first request to {} failed: {}; {}", host_of(request.url), trial.failure,
                     key_refused ? "set a key that it takes in " + session.options().api_key_env
                                 : "check the URL, and that the server is up");
}

}  // namespace paceline
