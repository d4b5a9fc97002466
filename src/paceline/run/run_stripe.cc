#include <paceline/run/run_stripe.h>

#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>
#include <paceline/run/dispatcher.h>
#include <paceline/run/recorder.h>
#include <paceline/run/run_parts.h>

namespace paceline::run {

stats::RunTally run_stripe(Workload& workload, const RunPlan& plan, const RunHooks& hooks) {
  loop::raise_open_files_limit();
  const auto loop = loop::Loop::make();
  if (!loop) return Recorder(plan, counted_here(plan)).finish(true, loop.error());
  return Dispatcher(**loop, workload, plan, hooks).run();
}

}  // namespace paceline::run
