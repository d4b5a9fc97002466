#pragma once

#include <chrono>
#include <cstdint>

namespace paceline::pace {

/// Limits requests to a number of tokens per minute: a GCRA (ITU-T I.371, annex A) that counts
/// tokens.
///
/// A request may depart once the tokens of all earlier requests are earned. Its own tokens are
/// estimated at departure, and settled when its response reports them. The requests that depart in
/// any window w have at most (w + tolerance) x rate tokens, plus the tokens of the last request.
///
/// Reads no clock: callers pass times measured from the start of the run. Not thread-safe.
class TokenBudget {
 public:
  explicit TokenBudget(std::uint64_t tokens_per_minute,
                       std::chrono::nanoseconds tolerance = std::chrono::milliseconds(10));

  /// Earliest time at which the next request may depart.
  std::chrono::nanoseconds next_departure() const;
  /// When all reserved tokens are earned.
  std::chrono::nanoseconds earned_at() const;
  /// Records that a request departs at `now` and is expected to use `estimate` tokens.
  /// Precondition: now >= next_departure().
  void reserve(std::chrono::nanoseconds now, std::uint64_t estimate);
  /// Replaces the estimate of one request by the number that it used.
  void settle(std::uint64_t estimate, std::uint64_t used);

 private:
  double ns_per_token_;
  double tolerance_ns_;
  /// GCRA's theoretical arrival time.
  double earned_at_ns_ = 0;
};

}  // namespace paceline::pace
