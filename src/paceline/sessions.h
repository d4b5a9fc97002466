#pragma once

#include <chrono>
#include <cstdint>

namespace paceline {

/// How the items of a workload form sessions: each session is a number of items in a row, its
/// turns, and a turn is sent after the response to the turn before it. Session 0 begins with item
/// 0, and sessions follow one another without end. Used on the run's thread only.
class Sessions {
 public:
  virtual ~Sessions() = default;
  /// The session that an item belongs to.
  virtual std::uint64_t session_of(std::uint64_t item) = 0;
  /// The first turn of a session.
  virtual std::uint64_t first_item(std::uint64_t session) = 0;
  /// The time from the end of the response before `item` to the due time of `item`. For a first
  /// turn, the response is the last one of an earlier session of the same user.
  virtual std::chrono::nanoseconds think_time(std::uint64_t item) = 0;
};

}  // namespace paceline
