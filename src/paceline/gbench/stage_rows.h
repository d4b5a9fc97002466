#pragma once

#include <string>

#include <paceline/gbench/context.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {

/// Adds a row for each stage of a run with requests, and prints a line for each stage. `name`: the
/// workload's name.
void report_stages(Context& context, const run::RunPlan& plan, const std::string& name,
                   const stats::RunTally& tally);

}  // namespace paceline::gbench
