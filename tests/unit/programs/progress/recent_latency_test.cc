#include <gtest/gtest.h>
#include <paceline/histogram.h>
#include <programs/progress/recent_latency.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <vector>

namespace paceline::programs::progress {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

run::LatencyCounts counts_of(const Histogram& histogram) {
  run::LatencyCounts counts{};
  const auto wide = histogram.wide_counts();
  std::copy(wide.begin(), wide.end(), counts.begin());
  return counts;
}

std::uint64_t total(const run::LatencyCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void expect_near(nanoseconds found, nanoseconds exact) {
  EXPECT_GE(found, exact * 9 / 10);
  EXPECT_LE(found, exact * 11 / 10);
}

TEST(QuantileOfTest, IsWithinATenth) {
  EXPECT_EQ(quantile_of({}, 0.5), 0ns);
  Histogram histogram;
  for (int i = 1; i <= 10'000; ++i) histogram.record(i * 100us);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    expect_near(quantile_of(counts_of(histogram), q), histogram.quantile(q));
  }
  histogram.record(2h);
  expect_near(quantile_of(counts_of(histogram), 1), Histogram::longest);
}

TEST(RecentLatencyTest, EachSecondHasItsOwnResponses) {
  const TimePoint start{100s};
  RecentLatency recent(start);
  EXPECT_TRUE(recent.seconds().empty());
  EXPECT_EQ(total(recent.counts()), 0U);
  Histogram all;
  for (int quarter = 1; quarter <= 12; ++quarter) {
    // Ten responses each quarter of a second: 10 ms, in the second second 80 ms, then none.
    for (int i = 0; i < 10 && quarter <= 8; ++i) all.record(quarter <= 4 ? 10ms : 80ms);
    recent.add(start + quarter * 250ms, counts_of(all));
  }
  const std::vector<LatencySecond> seconds = recent.seconds();
  ASSERT_EQ(seconds.size(), 3U);
  expect_near(seconds[0].p50, 10ms);
  expect_near(seconds[0].p99, 10ms);
  expect_near(seconds[1].p50, 80ms);
  EXPECT_EQ(seconds[2].p50, 0ns);
  EXPECT_EQ(seconds[2].p99, 0ns);
  EXPECT_EQ(total(recent.counts()), 80U);
}

TEST(RecentLatencyTest, KeepsAMinute) {
  const TimePoint start{100s};
  RecentLatency recent(start);
  Histogram all;
  for (int second = 1; second <= 100; ++second) {
    all.record(second * 1ms);
    recent.add(start + second * 1s, counts_of(all));
  }
  EXPECT_EQ(recent.seconds().size(), 60U);
  expect_near(recent.seconds().front().p50, 41ms);
  expect_near(recent.seconds().back().p50, 100ms);
  EXPECT_EQ(total(recent.counts()), 60U);
}

}  // namespace
}  // namespace paceline::programs::progress
