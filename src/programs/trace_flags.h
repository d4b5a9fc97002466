#pragma once

#include <memory>
#include <string>

#include <paceline/run/ranks.h>
#include <paceline/text/result.h>
#include <paceline/workload/trace.h>
#include <programs/grid.h>
#include <programs/options.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The replay that the command line asks for.
struct TraceFlags {
  /// Empty: none.
  std::string file;
  workload::TraceOptions options{};
};

/// Adds --paceline_trace, --paceline_speed, --paceline_trace_from, --paceline_trace_to and
/// --paceline_trace_block.
void add_flags(CLI::App& app, TraceFlags& flags);

/// Checks whether a replay goes with the other flags.
Result<void> check(const TraceFlags& flags, const GridFlags& grid, const Options& options);

/// Checks whether the lengths of the trace go with the flags of prompts and responses.
Result<void> check(const workload::Trace& trace, const TextGeneration& generation);

/// Opens the trace, which has to be the same in every process; nullptr: none is asked for.
/// `requests`: the most; 0: all of them. All processes call this together. Errors: those of
/// Trace::open(), which name the file.
Result<std::shared_ptr<const workload::Trace>> open_trace(run::Ranks& ranks,
                                                          const TraceFlags& flags,
                                                          std::int64_t requests);

}  // namespace paceline::programs
