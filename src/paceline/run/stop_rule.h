#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <paceline/clock.h>
#include <paceline/workload.h>

namespace paceline::run {

/// Decides when a run has to end early because further requests would cost money and tell nothing.
/// The key is refused: a response 401, or only responses 403, since a server may answer 403 to a
/// single prompt. Or more than half of the last hundred requests have failed for some time.
class StopRule {
 public:
  /// `patience`: how long most requests may fail before the run ends. At a high rate a hundred
  /// requests take a fraction of a second.
  explicit StopRule(std::chrono::nanoseconds patience) : patience_(patience) {}

  /// Takes the outcome of a request that ended `now`. Returns why the run is to end, with the code
  /// of that request's error; nothing while the run is to go on.
  std::optional<Error> add(const Outcome& outcome, TimePoint now);

 private:
  /// The number of requests that the rule remembers.
  static constexpr std::size_t window = 100;
  /// After this many responses 403, and no other, the key counts as refused.
  static constexpr std::uint64_t enough_forbidden = 20;
  std::chrono::nanoseconds patience_;
  std::bitset<window> failed_;
  std::size_t next_ = 0;
  std::uint64_t forbidden_ = 0;
  bool is_all_forbidden_ = true;
  /// Since when most of the last requests failed.
  std::optional<TimePoint> failing_since_;
};

}  // namespace paceline::run
