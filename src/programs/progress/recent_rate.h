#pragma once

#include <cstdint>
#include <deque>

#include <paceline/clock.h>

namespace paceline::programs::progress {

/// The rate of recent events: over the last second if it has ten, else over up to ten seconds.
class RecentRate {
 public:
  /// `events`: the number since the run's start.
  void add(TimePoint now, std::uint64_t events);
  /// Events per minute; 0 before the second count.
  double per_minute() const;

 private:
  struct Count {
    TimePoint when;
    std::uint64_t events;
  };
  std::deque<Count> counts_;
};

}  // namespace paceline::programs::progress
