#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace paceline::stats {

/// The state of a server that answers no more requests per second when more are in flight.
struct Saturation {
  /// Requests per second.
  double rate = 0;
  /// With more requests in flight than this, each only takes longer.
  double enough_in_flight = 0;
  /// The highest number in flight, and the ratio of its latency to the latency below
  /// `enough_in_flight`.
  double in_flight = 0;
  double times_as_long = 1;
};

/// Latency by the number of requests in flight at each departure, the level. Each run has several
/// levels, since it begins with one request in flight. The memory has a fixed size.
class Levels {
 public:
  /// `in_flight` includes the request itself.
  void record(std::uint64_t in_flight, std::chrono::nanoseconds latency);
  void merge(const Levels& other);

  /// Whether the server is saturated at the highest level; nothing where it is not, or where the
  /// latencies are too few or too uneven to tell.
  ///
  /// A server that is not saturated has the same latency at every level. A saturated server that
  /// handles `c` requests at once takes n / c times as long at levels n > c. The second model must
  /// explain the latencies far better than the first, by more than chance, and with a `c` clearly
  /// below the highest level. Where latency grows linearly from the first request on, as on a
  /// shared processor, the rate must hardly grow at the highest level.
  std::optional<Saturation> saturation() const;

 private:
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
