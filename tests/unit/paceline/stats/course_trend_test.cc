#include <gtest/gtest.h>
#include <paceline/stats/course.h>

namespace paceline::stats {
namespace {

TEST(TrendTest, NoLineThroughFewerThanTwoPoints) {
  Trend trend;
  EXPECT_EQ(trend.slope(), 0);
  EXPECT_EQ(trend.slope_error(), 0);
  trend.record(1, 5);
  EXPECT_EQ(trend.slope(), 0);
  trend.record(1, 7);
  EXPECT_EQ(trend.slope(), 0);
}

TEST(TrendTest, PointsOnALineGiveItsSlopeAndNoError) {
  Trend trend;
  for (int x = 0; x < 100; ++x) trend.record(x, 3 + 0.25 * x);
  EXPECT_NEAR(trend.slope(), 0.25, 1e-12);
  EXPECT_NEAR(trend.slope_error(), 0, 1e-6);
}

TEST(TrendTest, TheTextbooksExample) {
  // x 1 to 5, y 1 3 2 5 4: slope 0.8, residual sum of squares 3.6, error sqrt(3.6 / 3 / 10).
  Trend trend;
  const double y[] = {1, 3, 2, 5, 4};
  for (int i = 0; i < 5; ++i) trend.record(i + 1, y[i]);
  EXPECT_NEAR(trend.slope(), 0.8, 1e-12);
  EXPECT_NEAR(trend.slope_error(), 0.34641016, 1e-8);
}

TEST(TrendTest, MergesExactly) {
  Trend whole;
  Trend even;
  Trend odd;
  for (int x = 0; x < 50; ++x) {
    const double y = x * x % 7;
    whole.record(x, y);
    (x % 2 == 0 ? even : odd).record(x, y);
  }
  even.merge(odd);
  EXPECT_DOUBLE_EQ(even.slope(), whole.slope());
  EXPECT_DOUBLE_EQ(even.slope_error(), whole.slope_error());
}

}  // namespace
}  // namespace paceline::stats
