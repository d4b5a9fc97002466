#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace paceline {

/// How long the endpoint holds each reply back.
/// Draws its own normal deviates (Box-Muller on mt19937_64), so that a seed gives the same
/// latencies with every standard library.
class LatencyModel {
 public:
  /// The same time for every reply; zero answers at once.
  static LatencyModel fixed(std::chrono::nanoseconds time);
  /// Half of the replies take at most `median`, and 99% at most `p99`; 0 < median <= p99.
  static LatencyModel lognormal(std::chrono::nanoseconds median, std::chrono::nanoseconds p99,
                                std::uint64_t seed);

  /// Makes the slowest `share` of the replies take `factor` times their time; where all take the
  /// same, a random share.
  void slow_down(double share, double factor);

  std::chrono::nanoseconds next();

 private:
  LatencyModel(std::chrono::nanoseconds median, double sigma, std::uint64_t seed);
  bool is_slow(double deviate) const;
  double normal();

  std::chrono::nanoseconds median_;
  double sigma_;
  double slow_share_ = 0;
  double slow_factor_ = 1;
  std::mt19937_64 random_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace paceline
