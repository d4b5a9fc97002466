#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace paceline::stats {

/// The mean latency in each third of a run.
struct Thirds {
  /// In seconds.
  double first = 0;
  double second = 0;
  double last = 0;
  /// The duration of one third, in seconds.
  double duration = 0;

  /// Seconds of latency for each second of the run.
  double growth() const { return (last - first) / (2 * duration); }
  /// Whether latency grew over the whole run, and to at least double: the sign of a queue that
  /// fills. When a server comes under load, latency grows too, but only at the start.
  bool grew_steadily() const;
};

/// Latency over the time of a run, in memory of a fixed size. Times are from the start of the run.
class Course {
 public:
  void record(std::chrono::nanoseconds time, std::chrono::nanoseconds latency);
  void merge(const Course& other);
  /// Nothing where a third has too few requests.
  std::optional<Thirds> thirds() const;

 private:
  struct Segment {
    std::uint64_t count = 0;
    double latency = 0;
  };
  /// Halves the number of segments in use.
  void widen();

  std::chrono::nanoseconds width_ = std::chrono::milliseconds(1);
  std::array<Segment, 96> segments_{};
};

}  // namespace paceline::stats
