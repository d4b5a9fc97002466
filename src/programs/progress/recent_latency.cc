#include <programs/progress/recent_latency.h>

#include <paceline/histogram.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace paceline::programs::progress {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_seconds = 60;

run::LatencyCounts between(const run::LatencyCounts& before, const run::LatencyCounts& after) {
  run::LatencyCounts counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = after[i] - before[i];
  return counts;
}

}  // namespace

nanoseconds quantile_of(const run::LatencyCounts& counts, double q) {
  const std::uint64_t count = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (count == 0) return nanoseconds(0);
  const auto rank = std::clamp<std::uint64_t>(
      static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count))), 1, count);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += counts[bucket]) < rank) ++bucket;
  return (Histogram::begin_of(bucket) + Histogram::begin_of(bucket + 1)) / 2;
}

void RecentLatency::add(TimePoint now, const run::LatencyCounts& counts) {
  // Draws come a little early or late.
  constexpr std::chrono::milliseconds almost_a_second{900};
  if (now - snapshots_.back().when < almost_a_second) return;
  snapshots_.push_back({now, counts});
  if (snapshots_.size() > most_seconds + 1) snapshots_.pop_front();
}

std::vector<LatencySecond> RecentLatency::seconds() const {
  std::vector<LatencySecond> seconds;
  for (std::size_t i = 1; i < snapshots_.size(); ++i) {
    const run::LatencyCounts counts = between(snapshots_[i - 1].counts, snapshots_[i].counts);
    seconds.push_back({quantile_of(counts, 0.5), quantile_of(counts, 0.99)});
  }
  return seconds;
}

run::LatencyCounts RecentLatency::counts() const {
  return between(snapshots_.front().counts, snapshots_.back().counts);
}

}  // namespace paceline::programs::progress
