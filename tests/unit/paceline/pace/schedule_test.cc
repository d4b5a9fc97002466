#include <gtest/gtest.h>
#include <paceline/pace/schedule.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(RateTest, ZeroIsUnpaced) {
  EXPECT_FALSE(Rate::per_minute(0));
}

TEST(RateTest, DueTimesAreExactAndNeverEarly) {
  const Rate rate = *Rate::per_minute(7);
  EXPECT_EQ(rate.due(0), 0ns);
  EXPECT_EQ(rate.due(7), 60s);
  // 60 s / 7 = 8,571,428,571.43 ns
  EXPECT_EQ(rate.due(1), 8'571'428'572ns);
  EXPECT_EQ(Rate::per_minute(1)->due(100'000'000), 6'000'000'000s);
}

TEST(ScheduleTest, ConstantIsTheRate) {
  const auto schedule = make_schedule(constant_arrivals, *Rate::per_minute(100'000), 1);
  for (std::uint64_t k = 0; k < 100; ++k) {
    EXPECT_EQ(schedule->due(k), nanoseconds(600'000 * static_cast<std::int64_t>(k)));
  }
  EXPECT_EQ(schedule->due(10'000'000), 6'000s);
}

struct Moments {
  double mean_us = 0;
  double deviation_us = 0;
};

/// Of the gaps of a million slots, which must not come before one another.
Moments moments_of_gaps(Schedule& schedule) {
  constexpr int slots = 1'000'000;
  double sum = 0;
  double squares = 0;
  nanoseconds last{0};
  for (std::uint64_t k = 0; k < slots; ++k) {
    const nanoseconds due = schedule.due(k);
    EXPECT_GE(due, last);
    const double gap = std::chrono::duration<double, std::micro>(due - last).count();
    sum += gap;
    squares += gap * gap;
    last = due;
  }
  const double mean = sum / slots;
  return {mean, std::sqrt(squares / slots - mean * mean)};
}

class RandomArrivals : public testing::TestWithParam<double> {};

TEST_P(RandomArrivals, HaveTheMeanGapAndItsVariation) {
  const auto schedule = make_schedule({GetParam()}, *Rate::per_minute(100'000), 42);
  const Moments gaps = moments_of_gaps(*schedule);
  EXPECT_NEAR(gaps.mean_us, 600, 6);
  EXPECT_NEAR(gaps.deviation_us / gaps.mean_us / GetParam(), 1, 0.01);
}

TEST_P(RandomArrivals, LoseNoSlotsOverTenMillion) {
  const auto schedule = make_schedule({GetParam()}, *Rate::per_minute(100'000), 3);
  constexpr std::uint64_t slots = 10'000'000;
  const double mean_us =
      std::chrono::duration<double, std::micro>(schedule->due(slots - 1)).count() / slots;
  // Four deviations of a mean of ten million gaps.
  EXPECT_NEAR(mean_us / 600, 1, 4 * GetParam() / std::sqrt(slots));
}

INSTANTIATE_TEST_SUITE_P(Burstiness, RandomArrivals, testing::Values(0.1, 0.5, 1, 2, 4));

/// The same on every machine: a change would make old and new runs differ.
TEST(ScheduleTest, ASeedGivesTheseDueTimes) {
  const Rate rate = *Rate::per_minute(6'000);
  const auto due = [&rate](double burstiness) {
    const auto schedule = make_schedule({burstiness}, rate, 1);
    std::vector<std::int64_t> times;
    for (const std::uint64_t slot : {0U, 1U, 2U, 1'000U})
      times.push_back(schedule->due(slot).count());
    return times;
  };
  using Times = std::vector<std::int64_t>;
  EXPECT_EQ(due(0.5), (Times{8'979'344, 16'416'095, 25'323'640, 10'179'531'856}));
  EXPECT_EQ(due(1), (Times{20'108'365, 40'029'484, 47'987'600, 9'348'826'643}));
  EXPECT_EQ(due(2), (Times{24'267'878, 24'268'607, 32'871'998, 10'148'108'579}));
}

TEST(ScheduleTest, TheSeedDecidesRandomArrivals) {
  const Rate rate = *Rate::per_minute(6'000);
  const auto one = make_schedule(poisson_arrivals, rate, 1);
  const auto again = make_schedule(poisson_arrivals, rate, 1);
  const auto other = make_schedule(poisson_arrivals, rate, 2);
  EXPECT_EQ(one->due(1000), again->due(1000));
  EXPECT_NE(one->due(1001), other->due(1001));
}

}  // namespace
}  // namespace paceline::pace
