#include <paceline/run/run.h>

#include <paceline/run/dispatcher.h>

namespace paceline {

Tally run(Workload& workload, const RunOptions& options, const RunHooks& hooks) {
  Loop loop;
  Dispatcher dispatcher(loop, workload, options, hooks);
  return dispatcher.run();
}

std::string try_once(Workload& workload, std::chrono::milliseconds timeout) {
  return run(workload, {.timeout = timeout}).first_failure;
}

}  // namespace paceline
