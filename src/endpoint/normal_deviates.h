#pragma once

#include <cstdint>
#include <random>

namespace paceline {

/// Draws of the standard normal distribution (Box-Muller on mt19937_64), so that a seed gives the
/// same ones with every standard library.
class NormalDeviates {
 public:
  explicit NormalDeviates(std::uint64_t seed) : random_(seed) {}

  double next();

 private:
  std::mt19937_64 random_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// The sigma of a lognormal distribution whose p99 is `spread` times its median.
double lognormal_sigma(double spread);

}  // namespace paceline
