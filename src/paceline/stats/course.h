#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace paceline {

/// The mean latency in the three thirds of a run, in memory that does not grow with it.
struct Thirds {
  /// In seconds.
  double first = 0;
  double second = 0;
  double last = 0;
  /// Of one third.
  double duration = 0;

  /// Seconds of latency for each second of the run.
  double growth() const { return (last - first) / (2 * duration); }
  /// Whether latency grew all the time, to far more than it was: a queue that fills does so. It
  /// grows too when a server that keeps up begins to be used, but then it soon ends.
  bool grew_steadily() const;
};

/// How latency went over a run. Times are from its start.
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

}  // namespace paceline
