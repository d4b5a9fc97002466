#include <paceline/endpoint/latency_model.h>

#include <cassert>
#include <cmath>
#include <numbers>

namespace paceline {

using std::chrono::nanoseconds;

LatencyModel LatencyModel::fixed(nanoseconds time) {
  assert(time >= nanoseconds(0));
  return {time, 0, 0};
}

LatencyModel LatencyModel::lognormal(nanoseconds median, nanoseconds p99, std::uint64_t seed) {
  assert(median > nanoseconds(0) && p99 >= median);
  // The 99th percentile of the standard normal distribution.
  constexpr double z99 = 2.3263478740408408;
  const double spread = static_cast<double>(p99.count()) / static_cast<double>(median.count());
  return {median, std::log(spread) / z99, seed};
}

LatencyModel::LatencyModel(nanoseconds median, double sigma, std::uint64_t seed)
    : median_(median), sigma_(sigma), random_(seed) {}

void LatencyModel::slow_down(double share, double factor) {
  assert(share >= 0 && share <= 1 && factor >= 1);
  slow_share_ = share;
  slow_factor_ = factor;
}

nanoseconds LatencyModel::next() {
  if (sigma_ == 0 && slow_factor_ == 1) return median_;
  const double deviate = normal();
  const double factor = std::exp(sigma_ * deviate) * (is_slow(deviate) ? slow_factor_ : 1);
  return nanoseconds(std::llround(static_cast<double>(median_.count()) * factor));
}

bool LatencyModel::is_slow(double deviate) const {
  // The share of the standard normal distribution that is above the deviate.
  return std::erfc(deviate / std::numbers::sqrt2) / 2 < slow_share_;
}

double LatencyModel::normal() {
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

}  // namespace paceline
