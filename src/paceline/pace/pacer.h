#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <paceline/pace/schedule.h>

namespace paceline {

/// How fast delays are made up at most: successive gaps that are planned for `span` (in an even
/// schedule a whole number of gaps, one at least) take together at least `share` of their planned
/// time. So n such gaps leave at most n slots in any window of `share` x n intervals.
struct PacerBound {
  double share = 1;
  std::chrono::nanoseconds span{0};
};

/// Delays are made up without a burst on any scale: no gap is under half of the schedule's own,
/// and 1.27 times the rate in 10 ms and 1.01 times in a second is never exceeded. At 100,000 RPM
/// that is at most 4, 22 and 1,684 slots in any 1 ms, 10 ms and second.
std::vector<PacerBound> usual_bounds();

/// What a delay exceeds this by, 0.1% of a minute, is never made up: it moves the schedule.
inline constexpr std::chrono::milliseconds most_made_up{60};

/// One place in a schedule.
struct Slot {
  std::uint64_t index = 0;
  /// The planned time. It never moves, so that latency from it leaves nothing out.
  std::chrono::nanoseconds due{0};
};

/// Which slots of one schedule are taken here: index, index + count, …
struct Stripe {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  /// How many of the first `slots` are its own.
  std::uint64_t share_of(std::uint64_t slots) const {
    return slots / count + (index < slots % count ? 1 : 0);
  }
  /// The slot that is taken after `taken` others.
  std::uint64_t slot(std::uint64_t taken) const { return index + taken * count; }
};

/// Says when the next slot may depart: never before it is due, nor before the departures so far
/// allow it by each bound. A bound is a sliding window over those, since GCRA forgets the pause
/// before a delay's end and so makes up for it far more slowly under the same limit. Pure: the
/// caller brings the clock, as times from the start of the run.
class Pacer {
 public:
  explicit Pacer(std::unique_ptr<Schedule> schedule,
                 const std::vector<PacerBound>& bounds = usual_bounds(), Stripe stripe = {});

  /// The earliest time at which the next slot may depart.
  std::chrono::nanoseconds next_departure() const { return earliest_; }
  /// Takes the next slot, at `now` >= next_departure().
  Slot depart(std::chrono::nanoseconds now);

 private:
  /// The last departures, as many as a bound's gaps.
  struct Window {
    double share;
    /// A ring of departures, less `share` of when they were planned.
    std::vector<double> shifts_ns;
    std::size_t oldest;
  };

  std::unique_ptr<Schedule> schedule_;
  std::vector<Window> windows_;
  std::uint64_t stripe_count_;
  Slot next_;
  /// How far delays have moved the schedule.
  std::chrono::nanoseconds moved_{0};
  std::chrono::nanoseconds earliest_{0};
};

}  // namespace paceline
