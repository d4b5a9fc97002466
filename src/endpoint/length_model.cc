#include <endpoint/length_model.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {

LengthModel LengthModel::fixed(std::size_t tokens) {
  return {tokens, 0, 0};
}

LengthModel LengthModel::lognormal(std::size_t median, std::size_t p99, std::uint64_t seed) {
  assert(median > 0 && p99 >= median);
  return {median, lognormal_sigma(static_cast<double>(p99) / static_cast<double>(median)), seed};
}

LengthModel::LengthModel(std::size_t median, double sigma, std::uint64_t seed)
    : median_(std::clamp<std::size_t>(median, 1, longest_response)),
      sigma_(sigma),
      deviates_(seed) {}

std::size_t LengthModel::next() {
  if (sigma_ == 0) return median_;
  const double tokens = static_cast<double>(median_) * std::exp(sigma_ * deviates_.next());
  const double most = static_cast<double>(longest_response);
  return static_cast<std::size_t>(std::llround(std::clamp(tokens, 1.0, most)));
}

}  // namespace paceline
