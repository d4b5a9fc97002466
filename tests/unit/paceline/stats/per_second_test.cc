#include <gtest/gtest.h>
#include <paceline/per_second.h>

#include <chrono>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

TEST(PerSecondTest, TheHighestCountIsOfOneSecond) {
  PerSecond counts;
  EXPECT_EQ(counts.highest(), 0U);
  counts.add(1'999'999'999ns);
  counts.add(2s, 3);
  counts.add(2'999'999'999ns, 2);
  counts.add(3s);
  EXPECT_EQ(counts.highest(), 5U);
  // An earlier second.
  counts.add(1s, 5);
  EXPECT_EQ(counts.highest(), 6U);
}

TEST(PerSecondTest, ThePeakOfThreadsIsThePeakOfTheirSums) {
  PerSecond left;
  PerSecond right;
  left.add(0s, 10);
  left.add(5s, 7);
  right.add(5s, 7);
  right.add(9s, 12);
  PerSecond merged = left;
  merged.merge(right);
  EXPECT_EQ(merged.highest(), 14U);
  right.merge(left);
  EXPECT_EQ(right.highest(), 14U);
  merged.merge({});
  EXPECT_EQ(merged.highest(), 14U);
}

TEST(PerSecondTest, TimesOutsideOfTheLimitsAreTolerated) {
  PerSecond counts;
  counts.add(-5s, 2);
  counts.add(500ms, 2);
  EXPECT_EQ(counts.highest(), 4U);
  counts.add(PerSecond::longest - 1ns, 5);
  EXPECT_EQ(counts.highest(), 5U);
  counts.add(PerSecond::longest, 9);
  counts.add(std::chrono::nanoseconds::max(), 9);
  EXPECT_EQ(counts.highest(), 5U);
}

}  // namespace
}  // namespace paceline::stats
