#include <paceline/histogram.h>
#include <paceline/stats/log_buckets.h>

#include <algorithm>
#include <cmath>

namespace paceline {
namespace {

using std::chrono::nanoseconds;

// Each power of two has this many buckets, so that the width of a bucket is below 0.1% of its
// values.
using Buckets = stats::LogBuckets<10>;

constexpr std::size_t bucket_count =
    Buckets::bucket_of(static_cast<std::uint64_t>(Histogram::longest.count())) + 1;

// About the square root of the number of buckets, so that a quantile looks at as many groups as
// buckets.
constexpr std::size_t group_size = 128;
constexpr std::size_t group_count = (bucket_count + group_size - 1) / group_size;
static_assert(group_count == Histogram::wide_buckets);

}  // namespace

Histogram::Histogram() : buckets_(bucket_count), groups_(group_count) {}

void Histogram::record(nanoseconds duration) {
  duration = std::clamp(duration, nanoseconds(0), longest);
  const std::size_t bucket = Buckets::bucket_of(static_cast<std::uint64_t>(duration.count()));
  ++buckets_[bucket];
  ++groups_[bucket / group_size];
  moments_.record(static_cast<std::uint64_t>(duration.count()));
  min_ = std::min(min_, duration);
  max_ = std::max(max_, duration);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  for (std::size_t i = 0; i < groups_.size(); ++i) groups_[i] += other.groups_[i];
  moments_.merge(other.moments_);
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::count_groups() {
  std::fill(groups_.begin(), groups_.end(), 0);
  for (std::size_t i = 0; i < buckets_.size(); ++i) groups_[i / group_size] += buckets_[i];
}

std::size_t Histogram::zeros_at(std::size_t bucket) const {
  const bool begins_group = bucket % group_size == 0;
  if (!begins_group || groups_[bucket / group_size] > 0) return 0;
  return std::min(group_size, bucket_count - bucket);
}

nanoseconds Histogram::quantile(double q) const {
  const std::uint64_t count = moments_.count();
  if (count == 0) return nanoseconds(0);
  const double exact_rank = std::ceil(q * static_cast<double>(count));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact_rank), 1, count);
  if (rank == count) return max_;
  std::uint64_t seen = 0;
  std::size_t group = 0;
  while (seen + groups_[group] < rank) seen += groups_[group++];
  std::size_t bucket = group * group_size;
  while ((seen += buckets_[bucket]) < rank) ++bucket;
  return std::clamp(nanoseconds(static_cast<std::int64_t>(Buckets::middle_of(bucket))), min_, max_);
}

std::span<const std::uint64_t, Histogram::wide_buckets> Histogram::wide_counts() const {
  return std::span<const std::uint64_t, wide_buckets>(groups_);
}

nanoseconds Histogram::begin_of(std::size_t wide_bucket) {
  return nanoseconds(static_cast<std::int64_t>(Buckets::least_of(wide_bucket * group_size)));
}

nanoseconds Histogram::min() const {
  return count() == 0 ? nanoseconds(0) : min_;
}

nanoseconds Histogram::mean() const {
  return nanoseconds(std::llround(moments_.mean()));
}

nanoseconds Histogram::stddev() const {
  return nanoseconds(std::llround(moments_.stddev()));
}

}  // namespace paceline
