#include <fmt/format.h>
#include <paceline/lengths.h>
#include <paceline/stats/normal_quantile.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {

Lengths Lengths::uniform(std::uint64_t low, std::uint64_t high) {
  assert(low >= 1 && low <= high && high <= longest);
  return {Kind::uniform, low, high};
}

Lengths Lengths::normal(std::uint64_t mean, std::uint64_t stddev) {
  assert(mean >= 1 && mean <= longest && stddev <= longest);
  return {Kind::normal, mean, stddev};
}

Lengths Lengths::lognormal(std::uint64_t median, std::uint64_t p99) {
  assert(median >= 1 && median <= p99 && p99 <= longest);
  return {Kind::lognormal, median, p99};
}

std::uint64_t Lengths::at(double u) const {
  if (kind_ == Kind::fixed) return first_;
  const auto first = static_cast<double>(first_);
  const auto second = static_cast<double>(second_);
  double length = 0;
  switch (kind_) {
    case Kind::uniform:
      length = std::min(first + std::floor(u * (second - first + 1)), second);
      break;
    case Kind::normal:
      length = first + second * stats::normal_quantile(u);
      break;
    case Kind::lognormal:
      length = first *
               std::pow(second / first, stats::normal_quantile(u) / stats::normal_quantile(0.99));
      break;
    case Kind::fixed:
      break;
  }
  return static_cast<std::uint64_t>(
      std::llround(std::clamp(length, 1.0, static_cast<double>(longest))));
}

std::string Lengths::name() const {
  switch (kind_) {
    case Kind::uniform:
      return fmt::format("uniform({},{})", first_, second_);
    case Kind::normal:
      return fmt::format("normal({},{})", first_, second_);
    case Kind::lognormal:
      return fmt::format("lognormal({},p99={})", first_, second_);
    case Kind::fixed:
      break;
  }
  return fmt::format("{}", first_);
}

}  // namespace paceline
