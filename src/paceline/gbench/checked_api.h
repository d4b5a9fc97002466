#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include <paceline/http/rate_limits.h>
#include <paceline/run/ranks.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// The result of first requests that succeeded.
struct CheckedApi {
  /// The account's rate limits, if the server reports them.
  http::RateLimits limits;
  /// The outcomes that the workload was adapted to (Workload::adapt).
  std::vector<Outcome> adapted_to{};
  /// Output tokens of the longest response; 0: none, or unknown.
  std::uint64_t response_tokens = 0;
  /// The longest latency, without the time of opening the connection.
  std::chrono::nanoseconds latency{0};
};

/// Gives rank 0's result to every rank. Errors: rank 0's, rank_lost, ranks_differ.
Result<CheckedApi> share(run::Ranks& ranks, const Result<CheckedApi>& own);

}  // namespace paceline::gbench
