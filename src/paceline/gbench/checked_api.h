#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/rate_limits.h>
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

/// Writes the result of first requests as bytes, for the other processes of the program.
std::string bytes_of(const Result<CheckedApi>& checked);

/// Reads these bytes. Error: that of the first requests, or ranks_differ.
Result<CheckedApi> checked_api_of(std::string_view bytes);

}  // namespace paceline::gbench
