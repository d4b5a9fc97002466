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
  Tally tally = run(workload, {.salt = salt, .connection = connection});
  return {std::move(tally.first_failure), std::move(tally.http_version)};
}

}  // namespace paceline
