#pragma once

#include <paceline/run/ranks.h>
#include <paceline/text/result.h>
#include <programs/grid.h>
#include <programs/options.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The workload of sessions.
inline constexpr char session_workload[] = "chat/session";

/// Adds --paceline_turns, --paceline_think_time, --paceline_users, --paceline_session_header and
/// --paceline_conversations.
void add_flags(CLI::App& app, SessionFlags& flags, GridFlags& grid);

/// Opens the file of conversations, if one is asked for: selects chat/session, and takes away the
/// default system message. The file has to be the same in every process; all processes call this
/// together. Errors: flags that do not go with the file, and those of ConversationFile::open().
Result<void> open_conversations(run::Ranks& ranks, WorkloadFlags& flags);

/// Checks whether the flags of sessions go with the workloads and the other flags of their load.
Result<void> check(const WorkloadFlags& flags, const GridFlags& grid);

}  // namespace paceline::programs
