#include <endpoint/normal_deviates.h>

#include <cmath>
#include <numbers>

namespace paceline {

double NormalDeviates::next() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  // The top 53 bits fill a double; the first is in (0, 1] because its logarithm is taken.
  const auto uniform = [this] { return static_cast<double>(random_() >> 11) * 0x1p-53; };
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
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
