#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <paceline/clock.h>
#include <paceline/outcome.h>

namespace paceline {

/// Says when a run is to end early, because going on costs money and tells nothing: the key is
/// refused (401; or 403, where every response so far is one: a server answers it to a single
/// prompt too), or more than half of the last hundred requests failed, and that for a while.
class StopRule {
 public:
  /// `patience`: how long most requests may fail before that ends the run, since a hundred requests
  /// are no more than a blink at a high rate.
  explicit StopRule(std::chrono::nanoseconds patience) : patience_(patience) {}

  /// Takes the outcome of a request that ended `now`. Returns why the run is to end, with the code
  /// of that request's error; nothing while the run is to go on.
  std::optional<Error> add(const Outcome& outcome, TimePoint now);

 private:
  /// The last requests that ended: those of them that failed.
  static constexpr std::size_t window = 100;
  /// So many responses 403, and no other, mean that the key is refused.
  static constexpr std::uint64_t enough_forbidden = 20;
  std::chrono::nanoseconds patience_;
  std::bitset<window> failed_;
  std::size_t next_ = 0;
  std::uint64_t forbidden_ = 0;
  bool is_all_forbidden_ = true;
  /// Since when most of them do.
  std::optional<TimePoint> failing_since_;
};

}  // namespace paceline
