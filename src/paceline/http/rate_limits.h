#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <paceline/message.h>

namespace paceline::http {

/// The wait before the next try that the server asks for: retry-after-ms, or Retry-After as
/// seconds, as a Unix time or as an HTTP date; at most a day. Nothing if the response has neither.
std::optional<std::chrono::nanoseconds> retry_after(const Response& response);

/// A rate limit of an account, from the headers x-ratelimit-* of an OpenAI-compatible API.
struct RateLimit {
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> remaining;
  /// The time until the whole limit is available again.
  std::optional<std::chrono::nanoseconds> reset;
};

/// The limits that an API applies at the same time.
struct RateLimits {
  RateLimit requests;
  RateLimit tokens;
};

/// Reads the headers x-ratelimit-* of a response. A member is empty if its header is missing or not
/// a plausible number.
RateLimits rate_limits(const Response& response);

/// The long-term rate that a limit allows.
struct AllowedRate {
  double per_minute = 0;
  /// The window of the limit: "minute", "hour" or "day"; empty: another one.
  std::string_view window;
};

/// The headers do not name the window of a limit. The window follows from the time that the server
/// needs to restore the used part. Nothing without a limit, or for a limit of 0.
std::optional<AllowedRate> allowed_rate(const RateLimit& limit);

/// Parses a time of these headers, such as "1s", "6m0s", "20ms" or "1h2m3.5s". Nothing for other
/// text.
std::optional<std::chrono::nanoseconds> parse_reset(std::string_view text);

}  // namespace paceline::http
