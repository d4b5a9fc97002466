#pragma once

#include <cstddef>
#include <string>

#include <paceline/gbench/run_group.h>
#include <paceline/run/run.h>
#include <paceline/workload/workload.h>
#include <programs/options.h>

namespace paceline {

/// How every connection of the program is made.
ConnectionOptions connection_options(const Options& options);

/// What holds for every run of the program; its rate, parallel and requests are still to be set.
RunOptions run_options(const Options& options);

/// Empty when a run by that many threads can be; otherwise a sentence.
std::string why_not_run(std::size_t parallel, std::size_t threads);

/// Gives the run, which is called `name` where progress is shown, its salt, its place in the log
/// and its display. Where the log cannot take it, `why` is set, and the program's work has ended.
GroupRun begin_run(const Workload& workload, const RunOptions& options, const std::string& name);

}  // namespace paceline
