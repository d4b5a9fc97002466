#include <paceline/stats/coarse_histogram.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paceline::stats {

void CoarseHistogram::record(std::chrono::nanoseconds duration) {
  duration = std::clamp(duration, std::chrono::nanoseconds(0),
                        std::chrono::nanoseconds(Histogram::longest));
  const std::size_t bucket = Buckets::bucket_of(static_cast<std::uint64_t>(duration.count()));
  cover(bucket, bucket + 1);
  ++counts_[bucket - first_];
}

void CoarseHistogram::merge(const CoarseHistogram& other) {
  if (other.counts_.empty()) return;
  cover(other.first_, other.first_ + other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    counts_[other.first_ - first_ + i] += other.counts_[i];
  }
}

void CoarseHistogram::cover(std::size_t begin, std::size_t end) {
  if (begin >= first_ && end <= first_ + counts_.size()) return;
  begin -= begin % step;
  end += step - 1 - (end - 1) % step;
  if (counts_.empty()) first_ = begin;
  if (begin < first_) {
    counts_.insert(counts_.begin(), first_ - begin, 0);
    first_ = begin;
  }
  if (end > first_ + counts_.size()) counts_.resize(end - first_);
}

std::chrono::nanoseconds CoarseHistogram::quantile(double q) const {
  const std::uint64_t all = count();
  if (all == 0) return std::chrono::nanoseconds(0);
  const double rank = std::ceil(q * static_cast<double>(all));
  std::uint64_t left = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, all);
  std::size_t place = 0;
  while (left > counts_[place]) left -= counts_[place++];
  const std::uint64_t middle = Buckets::middle_of(first_ + place);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(middle));
}

std::uint64_t CoarseHistogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace paceline::stats
