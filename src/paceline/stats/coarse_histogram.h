#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <paceline/histogram.h>
#include <paceline/stats/log_buckets.h>

namespace paceline::stats {

/// Counts durations in buckets that are at most 1/64 of their values wide. The memory covers the
/// buckets between the shortest and the longest duration: about 2 kB if the longest is 16 times the
/// shortest, and never more than 20 kB. Histograms merge exactly. Not thread-safe.
class CoarseHistogram {
 public:
  /// A negative duration counts as 0, and a longer one than Histogram::longest as that.
  void record(std::chrono::nanoseconds duration);
  /// Adds the durations of another histogram.
  void merge(const CoarseHistogram& other);

  /// The quantile `q`, from 0 to 1, by nearest rank, to 1/128 of its value; 0 when empty.
  std::chrono::nanoseconds quantile(double q) const;
  /// The number of recorded durations.
  std::uint64_t count() const;

 private:
  friend struct Members<CoarseHistogram>;

  using Buckets = LogBuckets<6>;
  /// The range grows by whole steps, so that it seldom grows.
  static constexpr std::size_t step = 64;
  static constexpr std::size_t most_buckets =
      (Buckets::bucket_of(static_cast<std::uint64_t>(Histogram::longest.count())) / step + 1) *
      step;

  /// Makes room for the buckets from `begin` to `end`, which is behind the last.
  void cover(std::size_t begin, std::size_t end);

  /// The place of the first of `counts_` among all buckets.
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> counts_;
};

}  // namespace paceline::stats
