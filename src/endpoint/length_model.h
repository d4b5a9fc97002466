#pragma once

#include <endpoint/normal_deviates.h>

#include <cstddef>
#include <cstdint>

namespace paceline {

/// No response of the endpoint is longer, whatever its request asks for.
inline constexpr std::size_t longest_response = 1'000'000;

/// How many tokens a response has that its request does not limit: 1 to longest_response.
class LengthModel {
 public:
  /// Always the same length, 1 or more.
  static LengthModel fixed(std::size_t tokens);
  /// Half of the responses have at most `median` tokens, and 99% at most `p99`; 0 < median <= p99.
  static LengthModel lognormal(std::size_t median, std::size_t p99, std::uint64_t seed);

  /// The next draw.
  std::size_t next();

 private:
  LengthModel(std::size_t median, double sigma, std::uint64_t seed);

  std::size_t median_;
  double sigma_;
  NormalDeviates deviates_;
};

}  // namespace paceline
