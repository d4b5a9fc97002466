#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace paceline::stats {

/// Lists the members of a class for its form in bytes.
template <typename Value>
struct Members;

/// Fits a line through points (x, y) by least squares, in memory of a fixed size.
class Trend {
 public:
  void record(double x, double y);
  void merge(const Trend& other);

  /// The growth of y per x; 0 while all x are equal.
  double slope() const;
  /// The slope's standard error; 0 for fewer than three points.
  double slope_error() const;

 private:
  friend struct Members<Trend>;

  /// Sums of products of the distances from the means.
  struct Spread {
    double xx;
    double xy;
    double yy;
  };
  Spread spread() const;

  std::uint64_t count_ = 0;
  double x_ = 0;
  double y_ = 0;
  double xx_ = 0;
  double xy_ = 0;
  double yy_ = 0;
};

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
  /// Nothing if a third has too few requests.
  std::optional<Thirds> thirds() const;

 private:
  friend struct Members<Course>;

  struct Segment {
    std::uint64_t count = 0;
    double latency = 0;
  };
  /// Halves the number of segments in use.
  void widen();

  std::chrono::nanoseconds width_ = std::chrono::milliseconds(1);
  std::array<Segment, 96> segments_{};
};

/// The state of a server that answers no more requests per second when more are in flight.
struct Saturation {
  /// Requests per second.
  double rate = 0;
  /// With more requests in flight than this, each request only takes longer.
  double enough_in_flight = 0;
  /// The highest number in flight, and the ratio of its latency to the latency below
  /// `enough_in_flight`.
  double in_flight = 0;
  double times_as_long = 1;
};

/// Latency by level, which is the number of requests in flight at a departure. Each run has several
/// levels, since it begins with one request in flight. The memory has a fixed size.
class Levels {
 public:
  /// `in_flight` includes the request itself.
  void record(std::uint64_t in_flight, std::chrono::nanoseconds latency);
  void merge(const Levels& other);

  /// Whether the server is saturated at the highest level; nothing if it is not, or if the
  /// latencies are too few or too uneven to decide.
  ///
  /// A server that is not saturated has the same latency at every level. A saturated server that
  /// handles `c` requests at once takes n / c times as long at levels n > c. The second model must
  /// explain the latencies far better than the first, by more than chance, and with a `c` clearly
  /// below the highest level. If latency grows linearly from the first request on, as on a shared
  /// processor, the rate must hardly grow at the highest level.
  std::optional<Saturation> saturation() const;

 private:
  friend struct Members<Levels>;

  /// Neighbouring levels that are counted together. Sums over their requests; latencies in seconds.
  struct Bucket {
    std::uint64_t count = 0;
    double in_flight = 0;
    double latency = 0;
    double log_latency = 0;
    double log_latency_squared = 0;

    void add(const Bucket& other);
    double mean_in_flight() const { return in_flight / static_cast<double>(count); }
    double mean_log() const { return log_latency / static_cast<double>(count); }
  };
  /// A bucket, relative to the highest level, in logarithms.
  struct Point {
    double weight;
    double in_flight;
    double latency;
  };

  /// Levels below this have their own bucket. Above there are eight buckets per octave.
  static constexpr std::size_t exact = 16;
  static constexpr std::size_t octaves = 20;
  static std::size_t index_of(std::uint64_t in_flight);

  Bucket highest() const;
  double variance() const;
  std::vector<Point> points_below(const Bucket& high) const;

  std::array<Bucket, exact + 8 * octaves> buckets_{};
};

}  // namespace paceline::stats
