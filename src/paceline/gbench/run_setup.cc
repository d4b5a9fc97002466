#include <paceline/gbench/run_setup.h>

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <utility>
#include <variant>

#include <paceline/http/client.h>
#include <paceline/loop/open_files.h>
#include <paceline/run/make_transport.h>
#include <programs/session.h>

namespace paceline {
namespace {

/// Empty when the limit on open files allows so many in flight; otherwise a sentence.
std::string why_too_many(std::size_t parallel) {
  // The program's own: files, a log, and the embedded endpoint's loop.
  constexpr std::size_t spare = 24;
  const std::size_t limit = raise_open_files_limit();
  const bool has_endpoint = Session::global().options().url.empty();
  const TransportKind transport = Session::global().options().transport;
  const auto needed = [&](std::size_t count) {
    return spare + descriptors_for(transport, count) + (has_endpoint ? count : 0);
  };
  if (needed(parallel) <= limit) return {};
  std::size_t most = parallel;
  while (most > 0 && needed(most) > limit) --most;
  return fmt::format(
      "parallel {} needs {} open files and the limit is {}: raise it (ulimit -n), or give a "
      "parallel of at most {}",
      parallel, needed(parallel), limit, most);
}

}  // namespace

ConnectionOptions connection_options(const Options& options) {
  return {.transport = options.transport,
          .timeout = std::chrono::ceil<std::chrono::milliseconds>(options.timeout),
          .ca_file = options.ca_file,
          .http = options.http,
          .max_response = options.max_response,
          .memory = options.memory,
          .resolver = Session::global().resolver(),
          .gate = Session::global().gate()};
}

RunOptions run_options(const Options& options) {
  RunOptions run;
  run.warmup = options.warmup;
  run.arrivals = options.arrivals;
  run.seed = options.seed;
  run.precision = options.precision;
  run.tpm = options.tpm;
  run.retries = options.retries;
  run.max_backoff = options.max_backoff;
  run.objective = options.objective;
  run.connection = connection_options(options);
  return run;
}

std::string why_not_run(std::size_t parallel, std::size_t threads) {
  if (Session::global().stopped()) return "not run: the program was stopped before";
  if (parallel < threads) {
    return "parallel is less than the threads: each needs one request in flight";
  }
  return why_too_many(parallel);
}

GroupRun begin_run(const Workload& workload, const RunOptions& options, const std::string& name) {
  Session& session = Session::global();
  GroupRun run;
  run.salt = session.next_salt();
  LoggedRun logged = session.logged_job(workload);
  logged.resumed = !options.items.empty();
  logged.started = std::chrono::system_clock::now();
  logged.rpm = options.rpm;
  logged.parallel = options.parallel;
  logged.requests = options.requests;
  logged.warmup = options.warmup;
  logged.transport = name_of(options.connection.transport);
  auto log = session.begin_log(logged);
  if (auto* why = std::get_if<std::string>(&log)) {
    session.fail(*why);
    session.stop();
    run.why = std::move(*why);
    return run;
  }
  run.log = std::get<RunLog>(log);
  run.progress = ProgressDisplay::start(
      session.options().progress, STDERR_FILENO,
      {fmt::format("{} rpm:{} parallel:{}", name, options.rpm, options.parallel), options.rpm,
       options.stripe.count});
  return run;
}

}  // namespace paceline
