#include <gtest/gtest.h>
#include <paceline/histogram.h>
#include <programs/progress/charts.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline::programs::progress {
namespace {

using namespace std::chrono_literals;

run::LatencyCounts counts_of(const std::vector<std::chrono::nanoseconds>& times) {
  Histogram histogram;
  for (const auto time : times) histogram.record(time);
  run::LatencyCounts counts{};
  const auto wide = histogram.wide_counts();
  std::copy(wide.begin(), wide.end(), counts.begin());
  return counts;
}

TEST(SparklineTest, HasEightHeightsAndASpaceForNothing) {
  const std::vector<double> values{0, 1, 10, 20, 40, 41, 80, 0};
  EXPECT_EQ(sparkline(values, 80, true), " ▁▁▂▄▅█ ");
  EXPECT_EQ(sparkline(values, 80, false), " __.-=# ");
  EXPECT_EQ(sparkline({0, 0}, 0, true), "  ");
  EXPECT_EQ(sparkline({}, 1, true), "");
}

TEST(BarTest, ShowsEighthsOrWholeColumns) {
  EXPECT_EQ(bar_of(1, 4, true), "████");
  EXPECT_EQ(bar_of(0.5, 4, true), "██");
  EXPECT_EQ(bar_of(0.59375, 4, true), "██▍");
  EXPECT_EQ(bar_of(0.6, 4, false), "##");
  // One response among thousands shows.
  EXPECT_EQ(bar_of(1e-9, 4, true), "▏");
  EXPECT_EQ(bar_of(1e-9, 4, false), "#");
  EXPECT_EQ(bar_of(0, 4, true), "");
  EXPECT_EQ(bar_of(2, 4, false), "####");
}

TEST(HistogramRowsTest, FitIntoTheRoomAndLoseNothing) {
  EXPECT_TRUE(histogram_rows({}, 8).empty());
  EXPECT_TRUE(histogram_rows(counts_of({1ms}), 0).empty());
  const std::vector<std::chrono::nanoseconds> times{50ms, 51ms, 52ms, 60ms, 75ms, 75ms, 1s, 2h};
  const run::LatencyCounts counts = counts_of(times);
  for (std::size_t most = 1; most < 100; ++most) {
    const std::vector<HistogramRow> rows = histogram_rows(counts, most);
    ASSERT_LE(rows.size(), most);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      count += rows[i].count;
      EXPECT_LT(rows[i].begin, rows[i].end);
      if (i > 0) {
        EXPECT_EQ(rows[i].begin, rows[i - 1].end);
      }
    }
    EXPECT_EQ(count, times.size());
    EXPECT_LE(rows.front().begin, 50ms);
    EXPECT_GE(rows.back().end, Histogram::longest);
  }
}

TEST(HistogramRowsTest, OneTimeIsOneRowAroundIt) {
  const std::vector<HistogramRow> rows = histogram_rows(counts_of({50ms, 50ms}), 8);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_LE(rows[0].begin, 50ms);
  EXPECT_GT(rows[0].end, 50ms);
  EXPECT_LT(rows[0].end - rows[0].begin, 50ms / 7);
  EXPECT_EQ(rows[0].count, 2U);
}

}  // namespace
}  // namespace paceline::programs::progress
