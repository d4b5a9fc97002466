#include <paceline/gbench/run_setup.h>

#include <fmt/format.h>
#include <chrono>
#include <utility>

#include <paceline/http/client.h>
#include <paceline/loop/descriptor.h>
#include <paceline/run/run_parts.h>

namespace paceline {
namespace {

/// Says that the limit on open files is too low for so many in flight: a sentence. Empty: the limit
/// is high enough.
std::string why_too_many(const Context& context, std::size_t parallel) {
  // For the program's own files, the log and the embedded endpoint's loop.
  constexpr std::size_t spare = 24;
  const std::size_t limit = raise_open_files_limit();
  const bool has_endpoint = !context.settings().embedded_url.empty();
  const TransportKind transport = context.run_options().connection.transport;
  const auto needed = [&](std::size_t count) {
    return spare + descriptors_for(transport, count) + (has_endpoint ? count : 0);
  };
  if (needed(parallel) <= limit) return {};
  std::size_t most = parallel;
  while (most > 0 && needed(most) > limit) --most;
  return fmt::format(
      "parallel {} needs {} open files, more than the limit of {}; raise the limit with ulimit -n, "
      "or give a parallel of at most {}",
      parallel, needed(parallel), limit, most);
}

}  // namespace

std::string why_not_run(const Context& context, std::size_t parallel, std::size_t threads) {
  if (context.stopped()) return "not run: the program was stopped before";
  if (parallel < threads) {
    return "parallel is less than the number of threads; give each thread at least one";
  }
  return why_too_many(context, parallel);
}

GroupRun begin_run(Context& context, const Workload& workload, const RunOptions& options,
                   const std::string& name) {
  GroupRun run;
  run.salt = context.next_salt();
  LoggedRun logged = context.logged_job(workload);
  logged.resumed = !options.items.empty();
  logged.started = std::chrono::system_clock::now();
  logged.rpm = options.rpm;
  logged.parallel = options.parallel;
  logged.requests = options.requests;
  logged.warmup = options.warmup;
  logged.transport = name_of(options.connection.transport);
  const auto log = context.begin_log(logged);
  if (!log) {
    context.fail(log.error());
    context.stop();
    run.why = log.error().message;
    return run;
  }
  run.log = *log;
  if (const auto& show = context.settings().show_progress) {
    run.progress = show({fmt::format("{} rpm:{} parallel:{}", name, options.rpm, options.parallel),
                         options.rpm, options.stripe.count});
  }
  return run;
}

}  // namespace paceline
