#pragma once

#include <endpoint/normal_deviates.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace paceline {

/// No draw is longer, and no sum of draws is longer than a thousand of these.
inline constexpr std::chrono::hours longest_endpoint_time{24};

/// How long the endpoint takes for something: a response's first token, or each token after it.
class LatencyModel {
 public:
  /// Always the same time; zero takes none.
  static LatencyModel fixed(std::chrono::nanoseconds time);
  /// Half of the draws take at most `median`, and 99% at most `p99`; 0 < median <= p99.
  static LatencyModel lognormal(std::chrono::nanoseconds median, std::chrono::nanoseconds p99,
                                std::uint64_t seed);

  /// Makes the slowest `share` of the draws take `factor` times their time; where all take the
  /// same, a random share.
  void slow_down(double share, double factor);

  /// The next draw.
  std::chrono::nanoseconds next();
  /// Of the next `draws` together.
  std::chrono::nanoseconds sum(std::size_t draws);

 private:
  LatencyModel(std::chrono::nanoseconds median, double sigma, std::uint64_t seed);
  bool is_fixed() const { return sigma_ == 0 && slow_factor_ == 1; }
  bool is_slow(double deviate) const;

  std::chrono::nanoseconds median_;
  double sigma_;
  double slow_share_ = 0;
  double slow_factor_ = 1;
  NormalDeviates deviates_;
};

}  // namespace paceline
