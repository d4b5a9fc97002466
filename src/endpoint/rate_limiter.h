#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/pace/pacer.h>

namespace paceline::endpoint {

/// Limits the requests and tokens per minute of all clients together, by GCRA.
///
/// One second's worth may come at once, as OpenAI enforces 60,000 per minute as 1,000 per second. A
/// client that paces evenly at the limit is therefore never refused, even if the network delays its
/// requests by up to a second. A window of length w has at most (w + 1 s) x rate + 1 accepted
/// requests, and at most (w + 1 s) x rate tokens plus those of its last request. Refused requests
/// do not count.
///
/// Reads no clock: times count from the start of the server.
class RateLimiter {
 public:
  static constexpr std::chrono::seconds burst{1};

  /// 0: no limit.
  RateLimiter(std::uint64_t requests_per_minute, std::uint64_t tokens_per_minute);

  struct Refusal {
    /// The type of OpenAI's error: "requests" or "tokens".
    std::string_view type;
    std::string message;
    /// Time until a request is accepted.
    std::chrono::nanoseconds wait;
  };

  /// Accepts a request that uses `tokens`, or refuses it.
  std::optional<Refusal> take(std::chrono::nanoseconds now, std::uint64_t tokens);

  /// The values of the headers x-ratelimit-*.
  struct Level {
    std::uint64_t limit;
    /// Requests or tokens that would be accepted at once.
    std::uint64_t remaining;
    /// Time until one second's worth is available again.
    std::chrono::nanoseconds reset;
  };
  std::optional<Level> requests(std::chrono::nanoseconds now) const;
  std::optional<Level> tokens(std::chrono::nanoseconds now) const;

 private:
  struct Limit {
    std::uint64_t a_minute;
    pace::TokenBudget budget;
  };
  static std::optional<Limit> make_limit(std::uint64_t a_minute);
  static std::optional<Refusal> refuse(const std::optional<Limit>& limit,
                                       std::chrono::nanoseconds now, std::string_view type,
                                       std::string_view name);
  static std::optional<Level> level(const std::optional<Limit>& limit,
                                    std::chrono::nanoseconds now);

  std::optional<Limit> requests_;
  std::optional<Limit> tokens_;
};

/// A time in the format of OpenAI's headers, such as "12ms", "1.5s" or "6m0s", rounded up to
/// milliseconds.
std::string reset_text(std::chrono::nanoseconds time);

}  // namespace paceline::endpoint
