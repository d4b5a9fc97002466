#pragma once

#include <paceline/loop/loop.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace paceline {

/// One request as the endpoint saw it: its headers were read, its reply was due, its reply left.
struct Arrival {
  TimePoint arrived;
  TimePoint due;
  TimePoint replied;  ///< TimePoint::max() while the reply is held back.
};

/// Keeps the first `capacity` arrivals in memory taken up front, so that recording never grows.
/// One thread writes; any thread may read at the same time.
class ArrivalRecord {
 public:
  explicit ArrivalRecord(std::size_t capacity) : entries_(capacity) {}

  /// Returns the place to give to replied(); a full record takes nothing in.
  std::size_t arrived(TimePoint when, TimePoint due);
  void replied(std::size_t place, TimePoint when);
  bool full() const { return count_.load(std::memory_order_relaxed) == entries_.size(); }

  /// In the order of arrival.
  std::vector<Arrival> all() const;

 private:
  struct Entry {
    TimePoint arrived;
    TimePoint due;
    std::atomic<TimePoint> replied{TimePoint::max()};
  };

  std::vector<Entry> entries_;
  std::atomic<std::size_t> count_{0};
};

/// The most arrivals in any half-open window of that length; `arrivals` are in order.
std::size_t most_in_window(std::span<const TimePoint> arrivals, std::chrono::nanoseconds window);

}  // namespace paceline
