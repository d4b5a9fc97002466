#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <paceline/run/request_objective.h>
#include <paceline/tally.h>
#include <paceline/workload.h>

namespace paceline {

// Both objectives read alike: conditions NAME<LIMIT with commas between them, all of which have to
// hold. Spaces do not matter.

/// Reads what each request is to meet: latency, due_latency, ttft or tpot below a time, such as
/// "latency<2s,ttft<500ms". The string is a sentence: what is wrong, and how to write it.
std::variant<RequestObjective, std::string> parse_request_objective(const std::string& text);

/// What a whole run is to meet.
struct RunObjective {
  struct TimeLimit {
    /// Of the counter, such as "p99".
    std::string counter;
    std::chrono::nanoseconds below;
  };
  std::vector<TimeLimit> times;
  /// Shares from 0 to 1: of failed requests, and of those that do not meet the request objective.
  std::optional<double> errors;
  std::optional<double> misses;

  std::chrono::nanoseconds longest_time() const;
  /// Empty when the run met it; otherwise the first condition that did not hold, and by how much.
  std::string why_missed(const Tally& tally) const;
};

/// Reads what a run is to meet: any counter that is a time, and errors and misses as a share or in
/// percent, such as "p99<2s,errors<0.1%". The string is a sentence, as above.
std::variant<RunObjective, std::string> parse_run_objective(const std::string& text);

/// Empty where the workload measures all of it; otherwise a sentence, since nothing could meet it.
std::string why_never_measured(const RequestObjective& objective, const Description& workload);
/// As above, with `retries`: how often a failed request is sent again.
std::string why_never_measured(const RunObjective& objective, const Description& workload,
                               std::uint32_t retries);

}  // namespace paceline
