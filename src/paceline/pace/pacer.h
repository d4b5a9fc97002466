#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <paceline/pace/schedule.h>

namespace paceline {

/// How a pacer makes up for delays.
struct PacerLimits {
  /// A delay up to this is made up; a longer one moves the schedule.
  std::chrono::nanoseconds tolerance = std::chrono::milliseconds(10);
  /// While a delay is made up, no gap is under this share of the schedule's own.
  double min_gap_share = 0.8;
};

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

/// Says when the next slot may depart: GCRA in its virtual scheduling form (ITU-T I.371, annex A)
/// over a schedule. Pure: the caller brings the clock, as times from the start of the run.
///
/// Over an even schedule at most floor((w + tolerance) / interval) + 1 slots depart in any window
/// w.
class Pacer {
 public:
  explicit Pacer(std::unique_ptr<Schedule> schedule, PacerLimits limits = {}, Stripe stripe = {});

  /// The earliest time at which the next slot may depart.
  std::chrono::nanoseconds next_departure() const { return earliest_; }
  /// Takes the next slot, at `now` >= next_departure().
  Slot depart(std::chrono::nanoseconds now);
  /// By how much long delays have moved the schedule.
  std::chrono::nanoseconds moved() const { return moved_; }

 private:
  std::unique_ptr<Schedule> schedule_;
  PacerLimits limits_;
  std::uint64_t stripe_count_;
  Slot next_;
  std::chrono::nanoseconds moved_{0};
  std::chrono::nanoseconds earliest_{0};
};

}  // namespace paceline
