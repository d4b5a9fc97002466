#include <paceline/moments.h>

#include <cmath>

namespace paceline {

void Moments::merge(const Moments& other) {
  count_ += other.count_;
  sum_ += other.sum_;
  squares_ += other.squares_;
}

double Moments::mean() const {
  if (count_ == 0) return 0;
  const Wide whole = sum_ / count_;
  const Wide rest = sum_ % count_;
  return static_cast<double>(whole) + static_cast<double>(rest) / static_cast<double>(count_);
}

double Moments::stddev() const {
  if (count_ < 2) return 0;
  // The sum of squared differences from the mean, rounded down, is a whole number. Its terms may
  // overflow, and the sum is right nevertheless, because unsigned arithmetic is modulo 2^128.
  const Wide whole = sum_ / count_;
  const Wide differences = squares_ - 2 * whole * sum_ + count_ * whole * whole;
  // How much the squares shrink from the rounded mean to the exact one.
  const auto rest = static_cast<double>(sum_ % count_);
  const double excess = rest * rest / static_cast<double>(count_);
  return std::sqrt((static_cast<double>(differences) - excess) / static_cast<double>(count_ - 1));
}

}  // namespace paceline
