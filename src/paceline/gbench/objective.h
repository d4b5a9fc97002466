#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/run.h>
#include <paceline/tally.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>

namespace paceline::gbench {

// Both objectives are conditions NAME<LIMIT, separated by commas, that must all hold. Spaces are
// ignored.

/// Reads the objective of each request: latency, due_latency, ttft or tpot below a time, such as
/// "latency<2s,ttft<500ms".
Result<RequestObjective> parse_request_objective(const std::string& text);

/// The objective of a whole run.
struct RunObjective {
  struct TimeLimit {
    /// Name of the counter, such as "p99".
    std::string counter;
    std::chrono::nanoseconds below;
  };
  std::vector<TimeLimit> times;
  /// Shares from 0 to 1 of failed requests, and of requests that miss the request objective.
  std::optional<double> errors;
  std::optional<double> misses;

  std::chrono::nanoseconds longest_time() const;
  /// The first condition that did not hold, and by how much. Empty: the run met the objective.
  std::string why_missed(const Tally& tally) const;
};

/// Reads the objective of a run: any counter that is a time, and errors and misses as a share or in
/// percent, such as "p99<2s,errors<0.1%".
Result<RunObjective> parse_run_objective(const std::string& text);

/// Whether the workload measures every condition. If not, no request can meet the objective.
Result<void> check_measured(const RequestObjective& objective, const Description& workload);
/// The same for a run. `retries`: the most retries of a request.
Result<void> check_measured(const RunObjective& objective, const Description& workload,
                            std::uint32_t retries);

}  // namespace paceline::gbench
