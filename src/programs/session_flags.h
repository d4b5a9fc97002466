#pragma once

#include <paceline/text/result.h>
#include <programs/grid.h>
#include <programs/options.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The workload of sessions.
inline constexpr char session_workload[] = "chat/session";

/// Adds --paceline_turns, --paceline_think_time, --paceline_users and --paceline_session_header.
void add_flags(CLI::App& app, SessionFlags& flags, GridFlags& grid);

/// Checks whether the flags of sessions go with the workloads and the other flags of their load.
Result<void> check(const WorkloadFlags& flags, const GridFlags& grid);

}  // namespace paceline::programs
