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
  hooks.on_reply = [&trial](const Exchange& exchange) {
    trial.limits = rate_limits(exchange);
    trial.status = exchange.reply.status;
  };
  Tally tally = run(workload, {.salt = salt, .connection = connection}, hooks);
  for (std::size_t i = 0; i < failure_kinds; ++i) {
    if (tally.failures[i] > 0) trial.kind = static_cast<Failure>(i);
  }
  trial.failure = std::move(tally.first_failure);
  trial.http_version = std::move(tally.http_version);
  return trial;
}

}  // namespace paceline
