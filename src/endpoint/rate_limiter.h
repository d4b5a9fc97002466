#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/pace/token_budget.h>

namespace paceline::endpoint {

/// Holds all clients together to a number of requests and of tokens a minute, by GCRA. A second's
/// worth may come at once, as where OpenAI enforces 60,000 a minute as 1,000 a second: a client
/// that paces evenly at the limit is never refused, though the network may delay its requests by
/// up to a second. In any window w at most (w + 1 s) x rate requests are taken, and one more; so
/// with tokens, and the last request's own. What is refused does not count. Pure: times are from
/// the start of the server.
class RateLimiter {
 public:
  static constexpr std::chrono::seconds burst{1};

  /// 0: no such limit.
  RateLimiter(std::uint64_t requests_per_minute, std::uint64_t tokens_per_minute);

  struct Refusal {
    /// In the words of OpenAI's errors: "requests" or "tokens".
    std::string_view type;
    std::string message;
    /// How long until a request is taken.
    std::chrono::nanoseconds wait;
  };

  /// Takes a request that uses so many tokens, or says why not.
  std::optional<Refusal> take(std::chrono::nanoseconds now, std::uint64_t tokens);

  /// What the headers x-ratelimit-* say.
  struct Level {
    std::uint64_t limit;
    /// What would be taken at once.
    std::uint64_t remaining;
    /// Until all of a second's worth is there again.
    std::chrono::nanoseconds reset;
  };
  std::optional<Level> requests(std::chrono::nanoseconds now) const;
  std::optional<Level> tokens(std::chrono::nanoseconds now) const;

 private:
  struct Limit {
    std::uint64_t a_minute;
    TokenBudget budget;
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

/// Writes a time as OpenAI's headers do: "12ms", "1.5s", "6m0s", in whole milliseconds, up.
std::string reset_text(std::chrono::nanoseconds time);

}  // namespace paceline::endpoint
