#include <endpoint/normal_deviates.h>
#include <paceline/stats/uniform.h>

#include <cmath>
#include <numbers>

namespace paceline {

double NormalDeviates::next() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  // The first number is in (0, 1], since the logarithm of 0 is infinite.
  const double radius = std::sqrt(-2 * std::log(1 - uniform(random_())));
  const double angle = 2 * std::numbers::pi * uniform(random_());
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double lognormal_sigma(double spread) {
  // The 99th percentile of the standard normal distribution.
  constexpr double z99 = 2.3263478740408408;
  return std::log(spread) / z99;
}

}  // namespace paceline
