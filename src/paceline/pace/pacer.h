#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <paceline/pace/schedule.h>

namespace paceline::pace {

/// Limits how fast a pacer catches up: a window of successive gaps, together planned to take
/// `span`, takes at least `share` of that time. A window has at least one gap. In an even schedule,
/// at most n slots therefore depart in any `share` x n intervals, where n is the window's number of
/// gaps.
struct PacerBound {
  double share = 1;
  std::chrono::nanoseconds span{0};
};

/// Three windows, so that no burst follows a delay: no gap is shorter than half an interval, no 10
/// ms contain more than 1.27 times the scheduled number of slots, and no second more than 1.01
/// times. At 100,000 RPM, these are at most 4, 22 and 1,684 slots in any 1 ms, 10 ms and second.
/// One of several stripes has longer gaps, of which none is shorter than 0.84 of its own: the
/// stripes do not know of one another, and together must not exceed these numbers.
std::vector<PacerBound> usual_bounds(std::uint64_t stripes = 1);

/// The part of a delay beyond this limit, 0.1% of a minute, is usually not caught up: it shifts the
/// schedule. One of several stripes shifts by whole rounds of all stripes only, so that it does not
/// depart together with another one afterwards.
inline constexpr std::chrono::milliseconds catch_up_limit{60};

/// One place in a schedule.
struct Slot {
  std::uint64_t index = 0;
  /// The planned time. A delay does not change it, so a latency from this time includes the delay.
  std::chrono::nanoseconds due{0};
};

/// The share of one thread or process in a schedule: slots index, index + count, …
struct Stripe {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  /// Number of the stripe's slots among the first `slots`.
  std::uint64_t share_of(std::uint64_t slots) const {
    return slots / count + (index < slots % count ? 1 : 0);
  }
  /// The stripe's slot number `taken`, counted from 0.
  std::uint64_t slot(std::uint64_t taken) const { return index + taken * count; }
};

/// Decides when each slot of a schedule may depart.
///
/// A slot never departs before its due time. After a delay the pacer catches up, but only as fast
/// as every bound allows. A bound is a sliding window over past departures. GCRA would catch up far
/// more slowly under the same limit, because it forgets the pause that preceded the end of the
/// delay.
///
/// The pacer does no I/O and reads no clock: callers pass times measured from the start of the run.
/// Not thread-safe; each thread of a run has its own, with its own stripe of the schedule.
class Pacer {
 public:
  /// `limit`: the longest delay that is caught up. The rest of a longer delay shifts the schedule.
  explicit Pacer(std::unique_ptr<Schedule> schedule,
                 const std::vector<PacerBound>& bounds = usual_bounds(), Stripe stripe = {},
                 std::chrono::nanoseconds limit = catch_up_limit);

  /// Earliest time at which the next slot may depart.
  std::chrono::nanoseconds next_departure() const { return earliest_; }
  /// Records that the next slot departs at `now`, and returns it.
  /// Precondition: now >= next_departure().
  Slot depart(std::chrono::nanoseconds now);

  /// Reads the schedule again after a change of its rate. The change must lie in the future.
  void reschedule();
  /// How far delays have shifted the schedule.
  std::chrono::nanoseconds moved() const { return moved_; }

 private:
  /// The latest departures, as many as a bound's window has gaps.
  struct Window {
    PacerBound bound;
    /// Ring buffer: for each departure, its time minus `share` times its due time.
    std::vector<double> shifts_ns;
    std::size_t oldest;

    /// Keeps the latest departures. A window that grows begins at its oldest departure until it is
    /// full, so the bound holds meanwhile.
    void resize(std::size_t gaps);
  };

  std::size_t gaps_in(std::chrono::nanoseconds span) const;
  /// The mean time between two slots of the stripe.
  double gap_ns() const { return schedule_->interval_ns() * static_cast<double>(stripe_count_); }
  /// How far a delay shifts the schedule.
  std::chrono::nanoseconds shift_of(std::chrono::nanoseconds delay) const;
  /// Gives the windows the number of gaps that their spans have at the schedule's present rate.
  void size_windows();
  void find_earliest();

  std::unique_ptr<Schedule> schedule_;
  std::vector<Window> windows_;
  /// The gap for which the windows have their sizes.
  double sized_for_ns_ = 0;
  std::uint64_t stripe_count_;
  std::chrono::nanoseconds limit_;
  Slot next_;
  std::chrono::nanoseconds moved_{0};
  std::chrono::nanoseconds earliest_{0};
};

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
  /// Replaces the estimate of one request with the number that the request used.
  void settle(std::uint64_t estimate, std::uint64_t used);

 private:
  double ns_per_token_;
  double tolerance_ns_;
  /// GCRA's theoretical arrival time.
  double earned_at_ns_ = 0;
};

}  // namespace paceline::pace
