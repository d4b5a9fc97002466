#include <gtest/gtest.h>
#include <paceline/workload.h>

#include <chrono>

namespace paceline::api {
namespace {

using namespace std::chrono_literals;

TEST(TokenTimesTest, KeepsTheFirstTheLastAndEachGap) {
  const TimePoint sent{};
  TokenTimes times;
  times.add(sent + 5ms);
  EXPECT_EQ(times.events, 1U);
  EXPECT_EQ(times.last, times.first);
  EXPECT_TRUE(times.gaps.empty());
  times.add(sent + 7ms);
  times.add(sent + 12ms);
  EXPECT_EQ(times.events, 3U);
  EXPECT_EQ(times.first, sent + 5ms);
  EXPECT_EQ(times.last, sent + 12ms);
  EXPECT_EQ(times.gaps, (std::vector<std::chrono::nanoseconds>{2ms, 5ms}));
}

TEST(TokenTimesTest, TheAnswerBeginsAfterThoughts) {
  TokenTimes times;
  times.add(TimePoint(1ms), false);
  EXPECT_FALSE(times.first_answer);
  times.add(TimePoint(2ms));
  times.add(TimePoint(3ms), false);
  times.add(TimePoint(4ms));
  EXPECT_EQ(times.first, TimePoint(1ms));
  EXPECT_EQ(times.first_answer, TimePoint(2ms));
  EXPECT_EQ(times.events, 4U);
  times.clear();
  EXPECT_FALSE(times.first_answer);
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
}  // namespace paceline::api
