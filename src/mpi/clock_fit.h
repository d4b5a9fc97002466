#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include <paceline/clock.h>

namespace paceline::mpi {

/// One ping to another process and its reply, which has the time on the other process's clock.
struct ClockSample {
  /// On this process's clock.
  TimePoint sent;
  TimePoint received;
  /// On the other process's clock: between `sent` and `received`.
  TimePoint other;

  std::chrono::nanoseconds round_trip() const { return received - sent; }
};

/// How far another clock is ahead of this one.
struct ClockOffset {
  std::chrono::nanoseconds offset{0};
  /// How far the offset may be wrong.
  std::chrono::nanoseconds error{0};
  /// By how much the offset grows per second of this clock, in seconds.
  double drift = 0;
};

/// Estimates the offset and the drift of another clock from pings, as Cristian's algorithm and NTP
/// do: the other clock was read between the ping and its reply, so that half of the round trip
/// bounds the error, however unequal the two ways are. ClockFit keeps the ping with the shortest
/// round trip of each burst. The slope of a line through these pings is the drift.
///
/// Reads no clock. Not thread-safe.
class ClockFit {
 public:
  /// Adds a burst of pings, of which the best counts. No effect without a ping.
  void add(const std::vector<ClockSample>& burst);
  /// The offset at a time of this clock; nothing before the first burst.
  std::optional<ClockOffset> at(TimePoint time) const;

 private:
  /// The best ping of a burst. Seconds are from the first burst.
  struct Point {
    double seconds;
    double offset_ns;
    /// Half of the round trip.
    double error_ns;

    /// The inverse square of the error.
    double weight() const;
  };
  struct Line {
    double offset_ns;
    double drift;
    /// How far the drift may be wrong.
    double drift_error;
  };
  static bool is_more_certain(const Point& one, const Point& other) {
    return one.error_ns < other.error_ns;
  }
  Line line() const;
  double drift_error(double drift) const;
  double seconds_of(TimePoint time) const;

  TimePoint first_;
  std::chrono::nanoseconds first_offset_{0};
  std::deque<Point> points_;
};

}  // namespace paceline::mpi
