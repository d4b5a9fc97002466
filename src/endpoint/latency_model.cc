#include <endpoint/latency_model.h>

#include <algorithm>
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
  const double spread = static_cast<double>(p99.count()) / static_cast<double>(median.count());
  return {median, lognormal_sigma(spread), seed};
}

LatencyModel::LatencyModel(nanoseconds median, double sigma, std::uint64_t seed)
    : median_(median), sigma_(sigma), deviates_(seed) {}

void LatencyModel::slow_down(double share, double factor) {
  assert(share >= 0 && share <= 1 && factor >= 1);
  slow_share_ = share;
  slow_factor_ = factor;
}

nanoseconds LatencyModel::next() {
  if (is_fixed()) return median_;
  const double deviate = deviates_.next();
  const double factor = std::exp(sigma_ * deviate) * (is_slow(deviate) ? slow_factor_ : 1);
  const double longest = static_cast<double>(nanoseconds(longest_endpoint_time).count());
  const double drawn = static_cast<double>(median_.count()) * factor;
  return nanoseconds(std::llround(std::min(drawn, longest)));
}

nanoseconds LatencyModel::sum(std::size_t draws) {
  constexpr nanoseconds longest = 1000 * longest_endpoint_time;
  if (draws == 0) return nanoseconds(0);
  const auto count = static_cast<std::int64_t>(draws);
  if (is_fixed()) return median_ > longest / count ? longest : median_ * count;
  nanoseconds total(0);
  for (std::size_t i = 0; i < draws && total < longest; ++i) total += next();
  return std::min(total, longest);
}

bool LatencyModel::is_slow(double deviate) const {
  // The share of the standard normal distribution that is above the deviate.
  return std::erfc(deviate / std::numbers::sqrt2) / 2 < slow_share_;
}

}  // namespace paceline
