#pragma once

#include <cstdint>

namespace paceline::stats {
/// Lists the members of a class for its form in bytes.
template <typename Value>
struct Members;
}  // namespace paceline::stats

namespace paceline {

/// The mean and the standard deviation of whole numbers. The sum of the numbers and the sum of
/// their squares have 128 bits and are exact, so the result depends neither on the order of the
/// numbers nor on the order of merges. Not thread-safe.
class Moments {
 public:
  /// Larger numbers count as this. The squares of 2^44 such numbers fit into their sum.
  static constexpr std::uint64_t largest = (std::uint64_t{1} << 42) - 1;

  /// Adds a number.
  void record(std::uint64_t number) {
    const std::uint64_t clamped = number < largest ? number : largest;
    ++count_;
    sum_ += clamped;
    squares_ += Wide{clamped} * clamped;
  }
  /// Adds the numbers of another object.
  void merge(const Moments& other);

  /// How many numbers were recorded.
  std::uint64_t count() const { return count_; }
  /// The mean; 0 when empty.
  double mean() const;
  /// The standard deviation of a sample, as of Google Benchmark's aggregates: the sum of squared
  /// differences from the mean is divided by count - 1. 0 for fewer than two numbers.
  double stddev() const;

 private:
  friend struct stats::Members<Moments>;

  __extension__ using Wide = unsigned __int128;

  std::uint64_t count_ = 0;
  Wide sum_ = 0;
  Wide squares_ = 0;
};

}  // namespace paceline
