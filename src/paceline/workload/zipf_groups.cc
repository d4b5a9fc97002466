#include <paceline/workload/synthetic_text.h>
#include <paceline/workload/zipf_groups.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline::workload {
namespace {

constexpr std::uint64_t seed_of_groups = 0x677270;

/// log(1 + x) / x
double log1p_ratio(double x) {
  return x == 0 ? 1 : std::log1p(x) / x;
}

/// (exp(x) - 1) / x
double expm1_ratio(double x) {
  return x == 0 ? 1 : std::expm1(x) / x;
}

}  // namespace

// The ratios also hold for the exponent 1, at which the usual formula of the integral divides by 0.

ZipfGroups::ZipfGroups(const PrefixGroups& groups)
    : exponent_(groups.exponent),
      last_(static_cast<double>(groups.count)),
      lowest_(integral(1.5) - 1),
      highest_(integral(last_ + 0.5)),
      sure_(2 - inverse(integral(2.5) - density(2))) {
  assert(groups.count >= 1 && groups.exponent >= 0);
}

std::uint64_t ZipfGroups::of(std::uint64_t item) const {
  if (last_ == 1) return 0;
  std::uint64_t state = mixed_bits(mixed_bits(seed_of_groups) + item);
  while (true) {
    const double drawn = lowest_ + uniform_number(state) * (highest_ - lowest_);
    const double x = inverse(drawn);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, last_);
    if (rank - x <= sure_ || drawn >= integral(rank + 0.5) - density(rank)) {
      return static_cast<std::uint64_t>(rank) - 1;
    }
    state = mixed_bits(state + 1);
  }
}

double ZipfGroups::density(double x) const {
  return std::exp(-exponent_ * std::log(x));
}

double ZipfGroups::integral(double x) const {
  const double log_x = std::log(x);
  return log_x * expm1_ratio((1 - exponent_) * log_x);
}

double ZipfGroups::inverse(double integral) const {
  // Rounding can bring the number below -1, where there is no logarithm.
  const double t = std::max(integral * (1 - exponent_), -1.0);
  return std::exp(integral * log1p_ratio(t));
}

}  // namespace paceline::workload
