#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <paceline/pace/schedule.h>

namespace paceline {

/// How fast delays are made up at most: over an even schedule, in any window w at most
/// floor((w + tolerance) / (gap_share x interval)) + 1 slots depart, where the tolerance is
/// `gaps` x interval + `time`.
struct PacerBound {
  double gap_share = 1;
  double gaps = 0;
  std::chrono::nanoseconds time{0};
};

/// Delays are made up without a burst on any scale: up to three gaps with gaps of half the
/// schedule's own, up to 8 ms at a ninth above the rate, and up to 60 ms at 0.2% above it, which
/// keeps any second to 1.01 times the rate. What exceeds 60 ms, 0.1% of a minute, is never made
/// up: it moves the schedule.
std::vector<PacerBound> usual_bounds();

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

/// Says when the next slot may depart: never before it is due, nor before each bound allows it by
/// GCRA in its virtual scheduling form (ITU-T I.371, annex A). Pure: the caller brings the clock,
/// as times from the start of the run.
class Pacer {
 public:
  explicit Pacer(std::unique_ptr<Schedule> schedule,
                 const std::vector<PacerBound>& bounds = usual_bounds(), Stripe stripe = {});

  /// The earliest time at which the next slot may depart.
  std::chrono::nanoseconds next_departure() const { return earliest_; }
  /// Takes the next slot, at `now` >= next_departure().
  Slot depart(std::chrono::nanoseconds now);

 private:
  struct Gcra {
    double gap_share;
    double tolerance_gaps;
    double tolerance_ns;
    /// The theoretical arrival time: when the next slot is expected at the bound's own rate.
    double expected_ns;
  };

  std::unique_ptr<Schedule> schedule_;
  std::vector<Gcra> bounds_;
  std::uint64_t stripe_count_;
  Slot next_;
  std::chrono::nanoseconds earliest_{0};
};

}  // namespace paceline
