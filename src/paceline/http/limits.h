#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <paceline/message.h>

namespace paceline {

/// How long the server asks to wait before the next try: retry-after-ms, or Retry-After as seconds,
/// as a Unix time or as an HTTP date; at most a day. Nothing where it does not say.
std::optional<std::chrono::nanoseconds> retry_after(const Response& response);

/// What an account may send, as the headers x-ratelimit-* of an OpenAI-compatible API say.
struct RateLimit {
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> remaining;
  /// Until all of the limit is there again.
  std::optional<std::chrono::nanoseconds> reset;
};

/// The limits that an API counts side by side.
struct RateLimits {
  RateLimit requests;
  RateLimit tokens;
};

/// Reads those headers of a response; what is not there, or is no sensible number, is left out.
RateLimits rate_limits(const Response& response);

/// What a limit allows in the long run.
struct AllowedRate {
  double per_minute = 0;
  /// "minute", "hour" or "day", of which the limit is; empty: of another time.
  std::string_view window;
};

/// A limit can be of a minute or of a day under one and the same name; how long the server needs to
/// give back what was used tells which. Nothing where there is no limit, or one of 0.
std::optional<AllowedRate> allowed_rate(const RateLimit& limit);

/// "1s", "6m0s", "20ms" or "1h2m3.5s", as those headers write a time; nothing for anything else.
std::optional<std::chrono::nanoseconds> parse_reset(std::string_view text);

}  // namespace paceline
