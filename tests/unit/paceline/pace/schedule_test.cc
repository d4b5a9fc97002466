#include <gtest/gtest.h>
#include <paceline/pace/schedule.h>

#include <chrono>
#include <cmath>
#include <cstdint>

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

TEST(ScheduleTest, EvenIsTheRate) {
  const auto schedule = make_schedule(Arrivals::even, *Rate::per_minute(100'000), 1);
  for (std::uint64_t k = 0; k < 100; ++k) {
    EXPECT_EQ(schedule->due(k), nanoseconds(600'000 * static_cast<std::int64_t>(k)));
  }
}

TEST(ScheduleTest, PoissonGapsHaveTheMeanAndTheSpreadOfAnExponential) {
  const auto schedule = make_schedule(Arrivals::poisson, *Rate::per_minute(100'000), 42);
  constexpr int slots = 1'000'000;
  double sum = 0;
  double squares = 0;
  nanoseconds last{0};
  for (std::uint64_t k = 0; k < slots; ++k) {
    const nanoseconds due = schedule->due(k);
    ASSERT_GE(due, last);
    const double gap = std::chrono::duration<double, std::micro>(due - last).count();
    sum += gap;
    squares += gap * gap;
    last = due;
  }
  const double mean = sum / slots;
  EXPECT_NEAR(mean, 600, 3);
  EXPECT_NEAR(std::sqrt(squares / slots - mean * mean), 600, 6);
}

TEST(ScheduleTest, TheSeedDecidesRandomArrivals) {
  const Rate rate = *Rate::per_minute(6'000);
  const auto one = make_schedule(Arrivals::poisson, rate, 1);
  const auto again = make_schedule(Arrivals::poisson, rate, 1);
  const auto other = make_schedule(Arrivals::poisson, rate, 2);
  EXPECT_EQ(one->due(1000), again->due(1000));
  EXPECT_NE(one->due(1001), other->due(1001));
}

}  // namespace
}  // namespace paceline::pace
