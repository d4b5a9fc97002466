#include <paceline/gbench/measure.h>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <paceline/gbench/report.h>
#include <paceline/gbench/session.h>
#include <paceline/http/client.h>
#include <paceline/loop/open_files.h>
#include <paceline/run/run.h>

namespace paceline {
namespace {

ConnectionOptions connection_options(const Options& options) {
  return {.timeout = std::chrono::ceil<std::chrono::milliseconds>(options.timeout),
          .ca_file = options.ca_file,
          .http = options.http,
          .max_reply = options.max_reply};
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
  run.tpm = options.tpm;
  run.retries = options.retries;
  run.connection = connection_options(options);
  run.stripe = {static_cast<std::uint64_t>(state.thread_index()), threads_of(state)};
  return run;
}

/// Empty when the limit on open files allows so many in flight; otherwise a sentence.
std::string why_too_many(std::size_t parallel) {
  // The program's own: files, a log, and the embedded endpoint's loop.
  constexpr std::size_t spare = 24;
  const std::size_t limit = raise_open_files_limit();
  const bool has_endpoint = Session::global().options().url.empty();
  const auto needed = [&](std::size_t count) {
    return spare + Client::descriptors_for(count) + (has_endpoint ? count : 0);
  };
  if (needed(parallel) <= limit) return {};
  std::size_t most = parallel;
  while (most > 0 && needed(most) > limit) --most;
  return fmt::format(
      "parallel {} needs {} open files and the limit is {}: raise it (ulimit -n), or give a "
      "parallel "
      "of at most {}",
      parallel, needed(parallel), limit, most);
}

/// Nothing of the run could be: every thread says so.
std::string why_not(const benchmark::State& state) {
  Session& session = Session::global();
  if (session.stopped()) return "not run: the program was stopped before";
  std::string why;
  if (state.range(1) < state.threads()) {
    why = "parallel is less than the threads: each needs one request in flight";
  } else {
    why = why_too_many(static_cast<std::size_t>(state.range(1)));
  }
  if (!why.empty() && state.thread_index() == 0) session.fail(why);
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
    }
    if (tally.sent == 0) state.ResumeTiming();
    const auto whole = session.team().leave(tally, threads_of(state));
    if (!shared.why.empty()) {
      state.SkipWithError(shared.why.c_str());
    } else if (whole) {
      report(state, workload.describe().name, *whole);
    }
  }
}

Preflight try_api(Workload& workload) {
  Session& session = Session::global();
  const Options& options = session.options();
  const Trial trial = try_once(workload, connection_options(options), session.next_salt());
  Request request;
  workload.make(0, request);
  if (!trial.failure.empty()) {
    const bool key_refused = trial.failure.find("HTTP 401") != std::string::npos;
    return {fmt::format("a first request to {} failed: {}; {}", host_of(request.url), trial.failure,
                        key_refused ? "set a key that it takes in " + options.api_key_env
                                    : "check the URL, and that the server is up"),
            {}};
  }
  if (options.http == HttpVersion::two && trial.http_version != "HTTP/2") {
    return {fmt::format("{} speaks {} and --paceline_http=2 was asked for: it needs https, and a "
                        "server that has it; or leave the flag out",
                        host_of(request.url), trial.http_version),
            {}};
  }
  session.note_protocol(request.url, trial.http_version);
  return {{}, trial.limits};
}

}  // namespace paceline
