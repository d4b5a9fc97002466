#include <paceline/run/run.h>

#include <utility>

#include <paceline/run/dispatcher.h>

namespace paceline {

Tally run(Workload& workload, const RunOptions& options, const RunHooks& hooks) {
  Loop loop;
  Dispatcher dispatcher(loop, workload, options, hooks);
  return dispatcher.run();
}

Trial try_once(Workload& workload, const ConnectionOptions& connection, std::uint64_t salt) {
  Trial trial;
  RunHooks hooks;
  hooks.on_reply = [&trial](const Exchange& exchange) { trial.limits = rate_limits(exchange); };
  Tally tally = run(workload, {.salt = salt, .connection = connection}, hooks);
  trial.failure = std::move(tally.first_failure);
  trial.http_version = std::move(tally.http_version);
  return trial;
}

}  // namespace paceline
