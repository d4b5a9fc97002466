#include <gtest/gtest.h>
#include <paceline/workload/stream_reader.h>

#include <chrono>

namespace paceline {
namespace {

using namespace std::chrono_literals;

TEST(TokenTimesTest, KeepsTheFirstTheLastAndEachGap) {
  const TimePoint start{};
  TokenTimes times;
  times.add(start + 5ms);
  EXPECT_EQ(times.events, 1U);
  EXPECT_EQ(times.last, times.first);
  EXPECT_TRUE(times.gaps.empty());
  times.add(start + 7ms);
  times.add(start + 12ms);
  EXPECT_EQ(times.events, 3U);
  EXPECT_EQ(times.first, start + 5ms);
  EXPECT_EQ(times.last, start + 12ms);
  EXPECT_EQ(times.gaps, (std::vector<std::chrono::nanoseconds>{2ms, 5ms}));
}

TEST(TokenTimesTest, BeginsAnew) {
  TokenTimes times;
  times.add(TimePoint{} + 1ms);
  times.add(TimePoint{} + 2ms);
  times.clear();
  EXPECT_EQ(times.events, 0U);
  times.add(TimePoint{} + 50ms);
  EXPECT_EQ(times.first, TimePoint{} + 50ms);
  EXPECT_TRUE(times.gaps.empty());
}

}  // namespace
}  // namespace paceline
