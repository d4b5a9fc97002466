#include <gtest/gtest.h>
#include <paceline/histogram.h>
#include <paceline/stats/coarse_histogram.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

std::vector<nanoseconds> random_durations(std::size_t count) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> milliseconds(3, 1.5);
  std::vector<nanoseconds> durations;
  for (std::size_t i = 0; i < count; ++i) {
    durations.emplace_back(static_cast<std::int64_t>(1e6 * milliseconds(random)));
  }
  return durations;
}

TEST(CoarseHistogramTest, QuantilesAreWithinA128thOfTheDurations) {
  std::vector<nanoseconds> durations = random_durations(2'000);
  CoarseHistogram histogram;
  for (const nanoseconds duration : durations) histogram.record(duration);
  std::sort(durations.begin(), durations.end());
  EXPECT_EQ(histogram.count(), 2'000U);
  for (const std::size_t rank : {1U, 200U, 1'000U, 1'980U, 2'000U}) {
    const double q = (static_cast<double>(rank) - 0.5) / 2'000;
    const auto exact = static_cast<double>(durations[rank - 1].count());
    EXPECT_NEAR(static_cast<double>(histogram.quantile(q).count()), exact, exact / 128) << rank;
  }
}

TEST(CoarseHistogramTest, WithoutDurationsQuantilesAreZero) {
  CoarseHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile(0.99), 0ns);
  histogram.merge({});
  EXPECT_EQ(histogram.quantile(0.99), 0ns);
}

TEST(CoarseHistogramTest, DurationsOutsideOfTheRangeCountAtItsEnds) {
  CoarseHistogram histogram;
  histogram.record(-1s);
  histogram.record(nanoseconds::max());
  EXPECT_EQ(histogram.quantile(0), 0ns);
  EXPECT_NEAR(std::chrono::duration<double>(histogram.quantile(1)).count(), 3'600, 3'600.0 / 128);
}

TEST(CoarseHistogramTest, MergesExactlyWhateverTheRanges) {
  const std::vector<nanoseconds> durations = random_durations(999);
  CoarseHistogram whole;
  std::vector<CoarseHistogram> parts(3);
  for (std::size_t i = 0; i < durations.size(); ++i) {
    whole.record(durations[i]);
    parts[i % 3].record(durations[i]);
  }
  CoarseHistogram merged;
  for (const CoarseHistogram& part : parts) merged.merge(part);
  merged.merge({});
  EXPECT_EQ(merged.count(), 999U);
  for (int percent = 0; percent <= 100; ++percent) {
    EXPECT_EQ(merged.quantile(percent / 1e2), whole.quantile(percent / 1e2)) << percent;
  }
}

}  // namespace
}  // namespace paceline::stats
