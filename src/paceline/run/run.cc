#include <paceline/run.h>

#include <utility>

#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>

namespace paceline {

std::string_view name_of(Bound bound) {
  switch (bound) {
    case Bound::paced:
      return "paced";
    case Bound::parallel:
      return "parallel-bound";
    case Bound::server:
      return "server-bound";
    case Bound::client:
      return "client-bound";
    case Bound::rate_limit:
      return "rate-limited";
    case Bound::failing:
      return "failing";
  }
  return {};
}

RunResult run_workload(Workload& workload, const RunOptions& options,
                       const std::atomic<bool>* stop) {
  run::RunHooks hooks;
  hooks.stop = stop;
  stats::RunTally tally = run::run_stripe(workload, options, hooks);
  Verdict verdict = run::judge(tally, options.rpm, options.parallel, options.arrivals);
  return {std::move(tally), std::move(verdict)};
}

}  // namespace paceline
