#pragma once

#include <chrono>
#include <cstdint>

namespace paceline {

/// Keeps requests within a number of tokens a minute: a GCRA (ITU-T I.371, annex A) in tokens. A
/// request leaves when the tokens of those before it have been earned; what it takes itself is an
/// estimate first, and is settled when its response tells. Pure: times are from the start of the
/// run.
///
/// In any window w, requests that leave have at most (w + tolerance) x rate tokens, and the last
/// one's own.
class TokenBudget {
 public:
  explicit TokenBudget(std::uint64_t tokens_per_minute,
                       std::chrono::nanoseconds tolerance = std::chrono::milliseconds(10));

  /// The earliest time at which the next request may leave.
  std::chrono::nanoseconds next_departure() const;
  /// When all that was taken has been earned.
  std::chrono::nanoseconds earned_at() const;
  /// A request leaves at `now` >= next_departure() and is thought to take so many tokens.
  void reserve(std::chrono::nanoseconds now, std::uint64_t estimate);
  /// It took `used` instead of what was reserved.
  void settle(std::uint64_t estimate, std::uint64_t used);

 private:
  double ns_per_token_;
  double tolerance_ns_;
  /// GCRA's theoretical arrival time.
  double earned_at_ns_ = 0;
};

}  // namespace paceline
