#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/log/merged_log.h>
#include <paceline/text/result.h>

namespace paceline::programs {

/// Prints the results of runs whose program was killed before it wrote them, and writes them to a
/// file of Google Benchmark's results as the program would have done. The results are made from the
/// tallies in the log. `log_names`: the log's files, for the results. `out`: the file, replaced
/// where it exists; empty: none. `run`: the run to salvage; nothing: all runs of the last program
/// that wrote to the log. Returns the salvaged runs. Errors: invalid_value, log_unreadable,
/// file_unwritable.
Result<std::vector<std::int64_t>> salvage(log::MergedLog& log, const std::string& log_names,
                                          const std::string& out, std::optional<std::int64_t> run);

}  // namespace paceline::programs
