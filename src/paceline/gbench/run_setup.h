#pragma once

#include <cstddef>
#include <string>

#include <paceline/gbench/context.h>
#include <paceline/gbench/run_group.h>
#include <paceline/run/run.h>
#include <paceline/workload.h>

namespace paceline {

/// Says why a run by that many threads cannot be made: a sentence. Empty: the run can be made.
std::string why_not_run(const Context& context, std::size_t parallel, std::size_t threads);

/// Gives the run its salt, its place in the log and its display, which shows it as `name`. Where
/// the log cannot take the run, `why` is set, and the program's work has ended.
GroupRun begin_run(Context& context, const Workload& workload, const RunOptions& options,
                   const std::string& name);

}  // namespace paceline
