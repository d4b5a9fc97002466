#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <paceline/stats/coarse_histogram.h>

namespace paceline::stats {

/// A run's counts in slices of time. All slices have the same width and count from the start of the
/// run, so that the slices of all stripes of a run are the same.
///
/// The memory has a limit: if a run outgrows `most_slices`, each pair of slices becomes one slice
/// of twice the width. Timelines of different widths therefore merge exactly, in any order. Each
/// event takes constant time, apart from that. Not thread-safe.
class Timeline {
 public:
  static constexpr std::size_t most_slices = 512;
  /// The width at first: 2^-5 s, so that a slice becomes exactly a second wide. A run of a few
  /// seconds has enough slices for statistics over them.
  static constexpr std::chrono::nanoseconds finest{31'250'000};

  /// What happened within a slice.
  struct Slice {
    /// Departures that were due, whenever they departed.
    std::uint64_t due = 0;
    /// Departures, retries included.
    std::uint64_t sent = 0;
    /// Requests that succeeded or failed.
    std::uint64_t ended = 0;
    /// Requests that failed.
    std::uint64_t failed = 0;
    /// By how many more requests are in flight at the end of the slice than at its start.
    std::int64_t change = 0;
    /// The time in flight, until the end of the slice, that this change causes, in nanoseconds.
    std::int64_t time = 0;
    /// Send to last byte, of requests that succeeded at the first try.
    CoarseHistogram latency{};

    /// Adds the counts of the same slice, or of a slice that ends at the same time.
    void merge(const Slice& other);
  };

  /// Counts a departure. `due`: nothing in an unpaced run. Times are from the start of the run; a
  /// negative time counts as 0.
  void depart(std::chrono::nanoseconds now, std::optional<std::chrono::nanoseconds> due);
  /// Counts a send that is no longer in flight: it has its response, failed, or was cut off.
  void land(std::chrono::nanoseconds now);
  /// Counts a request that succeeded or failed. `latency`: nothing if it does not count.
  void end(std::chrono::nanoseconds now, bool has_failed,
           std::optional<std::chrono::nanoseconds> latency);

  /// Adds the counts of another stripe of the same run.
  void merge(const Timeline& other);
  /// Makes one slice of each pair of slices.
  void widen();

  std::chrono::nanoseconds width() const { return width_; }
  /// The first slice begins at the start of the run.
  const std::vector<Slice>& slices() const { return slices_; }
  /// The time that requests were in flight within each slice, added over the requests. Divided by
  /// the width, it is the mean number in flight.
  std::vector<std::chrono::nanoseconds> times_in_flight() const;
  /// The time of the last departure or end; 0 without any.
  std::chrono::nanoseconds last() const { return last_; }

 private:
  friend struct Members<Timeline>;

  /// The slice of a time.
  Slice& at(std::chrono::nanoseconds time);
  /// Counts `change` requests more or fewer in flight from `now` on, a time of `slice`.
  void change_flight(Slice& slice, std::chrono::nanoseconds now, std::int64_t change);

  std::chrono::nanoseconds width_ = finest;
  std::vector<Slice> slices_;
  std::chrono::nanoseconds last_{0};
};

}  // namespace paceline::stats
