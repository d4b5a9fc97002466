#pragma once

#include <paceline/endpoint.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace paceline::endpoint {

/// Keeps the first `capacity` arrivals in memory taken up front, so that recording never grows.
/// One thread writes; any thread may read at the same time.
class ArrivalRecord {
 public:
  explicit ArrivalRecord(std::size_t capacity) : entries_(capacity) {}

  /// Returns the place to give to the other functions; a full record takes nothing in.
  std::size_t arrived(TimePoint when);
  /// So many events with content left, one or more.
  void content(std::size_t place, TimePoint when, std::size_t events);
  void responded(std::size_t place, TimePoint due, TimePoint when);
  bool full() const { return count_.load(std::memory_order_relaxed) == entries_.size(); }

  /// In the order of arrival, which need not be the one in which they were recorded.
  std::vector<Arrival> all() const;
  /// From each event with content to the next of the same response: ITL.
  Histogram token_gaps() const;

 private:
  struct Entry {
    TimePoint arrived;
    std::atomic<TimePoint> due{TimePoint::max()};
    std::atomic<TimePoint> responded{TimePoint::max()};
    std::atomic<std::uint32_t> content_events{0};
    std::atomic<TimePoint> first_content{TimePoint::max()};
    std::atomic<TimePoint> last_content{TimePoint::max()};
  };

  std::vector<Entry> entries_;
  std::atomic<std::size_t> count_{0};
  mutable std::mutex gaps_mutex_;
  Histogram gaps_;
};

}  // namespace paceline::endpoint
