#include <gtest/gtest.h>
#include <paceline/histogram.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr double shares[] = {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0};

/// Durations of every magnitude from 1 us to an hour.
std::vector<nanoseconds> durations(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(std::log(1e3), std::log(3.6e12));
  std::vector<nanoseconds> all(count);
  for (nanoseconds& one : all) one = nanoseconds(std::llround(std::exp(exponent(random))));
  return all;
}

TEST(HistogramTest, KeepsThreeSignificantDigits) {
  auto all = durations(100'000, 1);
  Histogram histogram;
  for (const nanoseconds one : all) histogram.record(one);
  std::sort(all.begin(), all.end());
  for (const double share : shares) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size())));
    const auto exact = static_cast<double>(all[std::max<std::size_t>(rank, 1) - 1].count());
    const auto told = static_cast<double>(histogram.quantile(share).count());
    EXPECT_NEAR(told, exact, exact * 0.001) << share;
  }
  EXPECT_EQ(histogram.min(), all.front());
  EXPECT_EQ(histogram.max(), all.back());
}

TEST(HistogramTest, EveryValueComesBackWithinATenthOfAPercent) {
  for (const nanoseconds one : durations(20'000, 2)) {
    Histogram histogram;
    histogram.record(1ns);
    histogram.record(one);
    histogram.record(Histogram::longest);
    const auto exact = static_cast<double>(one.count());
    ASSERT_NEAR(static_cast<double>(histogram.quantile(0.5).count()), exact, exact * 0.001);
  }
}

TEST(HistogramTest, SingleNanosecondsAreExactBelowTwoMicroseconds) {
  for (std::int64_t value = 0; value < 2048; ++value) {
    Histogram histogram;
    histogram.record(0ns);
    histogram.record(nanoseconds(value));
    histogram.record(1h);
    ASSERT_EQ(histogram.quantile(0.5), nanoseconds(value));
  }
}

TEST(HistogramTest, MergingIsRecordingAllInOne) {
  Histogram whole;
  Histogram left;
  Histogram right;
  int number = 0;
  for (const nanoseconds one : durations(10'000, 3)) {
    whole.record(one);
    (number++ % 3 == 0 ? left : right).record(one);
  }
  left.merge(right);
  EXPECT_EQ(left.count(), whole.count());
  EXPECT_EQ(left.mean(), whole.mean());
  EXPECT_EQ(left.stddev(), whole.stddev());
  EXPECT_EQ(left.min(), whole.min());
  EXPECT_EQ(left.max(), whole.max());
  for (const double share : shares) EXPECT_EQ(left.quantile(share), whole.quantile(share));
}

TEST(HistogramTest, MeanIsExact) {
  Histogram histogram;
  histogram.record(100'000'001ns);
  histogram.record(100'000'003ns);
  EXPECT_EQ(histogram.mean(), 100'000'002ns);
}

TEST(HistogramTest, DeviationIsOfTheDurationsAndNotOfTheirBuckets) {
  Histogram histogram;
  // All three are in one bucket.
  for (const nanoseconds one : {100'000'000ns, 100'000'030ns, 100'000'060ns}) histogram.record(one);
  EXPECT_EQ(histogram.mean(), 100'000'030ns);
  EXPECT_EQ(histogram.stddev(), 30ns);
}

TEST(HistogramTest, TheLongestAndTheNegativeAreClamped) {
  Histogram histogram;
  histogram.record(-5ms);
  histogram.record(5h);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), 1h);
  EXPECT_EQ(histogram.quantile(1), 1h);
}

TEST(HistogramTest, EmptyIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), 0ns);
  EXPECT_EQ(histogram.mean(), 0ns);
  EXPECT_EQ(histogram.stddev(), 0ns);
}

TEST(HistogramTest, TheLastQuantileIsTheLongestItself) {
  Histogram histogram;
  histogram.record(123'456'789ns);
  histogram.record(123'456'000ns);
  EXPECT_EQ(histogram.quantile(1), 123'456'789ns);
}

}  // namespace
}  // namespace paceline::stats
