#pragma once

#include <cstddef>
#include <string>

#include <paceline/gbench/context.h>
#include <paceline/gbench/run_group.h>
#include <paceline/run/run_stripe.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// Whether that many threads can make a run with so many requests in flight.
Result<void> check_run(const Context& context, std::size_t parallel, std::size_t threads);

/// Gives the run its salt, its place in the log and its display, which shows the run as `name`. If
/// the log cannot take the run, `error` is set, and the program's work has ended.
GroupRun begin_run(Context& context, const Workload& workload, const run::RunPlan& plan,
                   const std::string& name);

}  // namespace paceline::gbench
