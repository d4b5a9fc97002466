#include <paceline/run.h>

#include <utility>

#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>

namespace paceline {

RunResult run_workload(Workload& workload, const RunOptions& options,
                       const std::atomic<bool>* stop) {
  RunHooks hooks;
  hooks.stop = stop;
  RunTally tally = run_stripe(workload, options, hooks);
  Verdict verdict = judge(tally, options.rpm, options.parallel, options.arrivals);
  return {std::move(tally), std::move(verdict)};
}

}  // namespace paceline
