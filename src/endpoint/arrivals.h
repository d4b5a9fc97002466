#pragma once

#include <paceline/endpoint.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace paceline::endpoint {

/// Records the first `capacity` requests. Takes all its memory in the constructor. One thread
/// records; any thread may read at the same time.
class ArrivalRecord {
 public:
  explicit ArrivalRecord(std::size_t capacity) : entries_(capacity) {}

  /// Records a request, and returns its place for the other functions. A full record ignores it.
  std::size_t arrived(TimePoint when);
  /// `events`, one or more, with content were sent.
  void content(std::size_t place, TimePoint when, std::size_t events);
  /// The end of the response was sent.
  void responded(std::size_t place, TimePoint due, TimePoint when);
  bool full() const { return count_.load(std::memory_order_relaxed) == entries_.size(); }

  /// The requests in the order of arrival, which may differ from the order of recording.
  std::vector<Arrival> all() const;
  /// Times from each event with content to the next one of the same response (ITL).
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
