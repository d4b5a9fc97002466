#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline {

/// Counts durations in log-linear buckets, as HdrHistogram does: three significant digits from 1 us
/// to an hour (and single nanoseconds below 2 us), in memory that does not grow. Merges exactly.
class Histogram {
 public:
  /// A longer duration counts as this long.
  static constexpr std::chrono::nanoseconds longest = std::chrono::hours(1);

  Histogram();

  /// A negative duration counts as 0.
  void record(std::chrono::nanoseconds duration);
  /// Adds what another one counted.
  void merge(const Histogram& other);

  /// The duration that a share `q` of those recorded do not exceed (nearest rank); 0 when empty.
  std::chrono::nanoseconds quantile(double q) const;
  std::uint64_t count() const { return count_; }
  /// The shortest, longest and mean of those recorded, to the nanosecond; 0 when empty.
  std::chrono::nanoseconds min() const;
  std::chrono::nanoseconds max() const { return max_; }
  std::chrono::nanoseconds mean() const;

 private:
  std::vector<std::uint64_t> buckets_;
  /// How many are in each group of neighbouring buckets, so that a quantile is found in a
  /// microsecond and a run can tell how it goes.
  std::vector<std::uint64_t> groups_;
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds sum_{0};
  std::chrono::nanoseconds min_ = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds max_{0};
};

}  // namespace paceline
