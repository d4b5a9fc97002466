#pragma once

#include <paceline/clock.h>
#include <paceline/histogram.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace paceline {

/// One request as the endpoint saw it. A time that has not come is TimePoint::max(). What leaves is
/// handed to the socket then.
struct Arrival {
  /// Its headers came.
  TimePoint arrived;
  /// The end of its response was due, and left.
  TimePoint due = TimePoint::max();
  TimePoint responded = TimePoint::max();
  /// Of a streamed response: the events with content, and when the first and the last of them left.
  std::uint32_t content_events = 0;
  TimePoint first_content = TimePoint::max();
  TimePoint last_content = TimePoint::max();

  /// From the arrival to the first event with content: TTFT.
  std::optional<std::chrono::nanoseconds> first_token_time() const;
  /// (last - first) / (events - 1): TPOT. Of two events and more.
  std::optional<std::chrono::nanoseconds> time_per_token() const;
};

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

/// The most arrivals in any half-open window of that length; `arrivals` are in order.
std::size_t most_in_window(std::span<const TimePoint> arrivals, std::chrono::nanoseconds window);

}  // namespace paceline
