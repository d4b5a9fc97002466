#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <paceline/moments.h>

namespace paceline::stats {
/// Lists the members of a class for its form in bytes.
template <typename Value>
struct Members;
}  // namespace paceline::stats

namespace paceline {

/// Counts durations in log-linear buckets, as HdrHistogram does: three significant digits from 1 us
/// to an hour, and single nanoseconds below 2 us. The memory has a fixed size. Histograms merge
/// exactly. Not thread-safe.
class Histogram {
 public:
  /// Longer durations count as this.
  static constexpr std::chrono::nanoseconds longest = std::chrono::hours(1);

  Histogram();

  /// A negative duration counts as 0.
  void record(std::chrono::nanoseconds duration);
  /// Adds the durations of another histogram.
  void merge(const Histogram& other);

  /// The quantile `q`, from 0 to 1, by nearest rank; 0 when empty.
  std::chrono::nanoseconds quantile(double q) const;
  /// The number of wide buckets: eight for each power of two. A display that follows a run reads
  /// their counts.
  static constexpr std::size_t wide_buckets = 262;
  /// The counts of the wide buckets, the shortest durations first.
  std::span<const std::uint64_t, wide_buckets> wide_counts() const;
  /// The shortest duration that counts in a wide bucket. For `wide_buckets`, the end of the
  /// last bucket.
  static std::chrono::nanoseconds begin_of(std::size_t wide_bucket);
  /// The number of recorded durations.
  std::uint64_t count() const { return moments_.count(); }
  /// The shortest recorded duration, to the nanosecond; 0 when empty.
  std::chrono::nanoseconds min() const;
  /// The longest recorded duration, to the nanosecond; 0 when empty.
  std::chrono::nanoseconds max() const { return max_; }
  /// The mean of the recorded durations, to the nanosecond; 0 when empty.
  std::chrono::nanoseconds mean() const;
  /// The standard deviation of the recorded durations (Moments::stddev()), to the nanosecond.
  std::chrono::nanoseconds stddev() const;

 private:
  friend struct stats::Members<Histogram>;

  /// Makes `groups_` from the buckets.
  void count_groups();
  /// How many buckets from this one on are known to be empty.
  std::size_t zeros_at(std::size_t bucket) const;

  std::vector<std::uint64_t> buckets_;
  /// The counts of groups of neighbouring buckets. With them a quantile takes about a microsecond,
  /// so that a run can show its progress.
  std::vector<std::uint64_t> groups_;
  /// Of the durations themselves, and not of their buckets.
  Moments moments_;
  std::chrono::nanoseconds min_ = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds max_{0};
};

}  // namespace paceline
