#include <gtest/gtest.h>
#include <programs/progress/recent_rate.h>

#include <chrono>
#include <cstdint>

namespace paceline::programs::progress {
namespace {

using namespace std::chrono_literals;

TEST(RecentRateTest, IsOfTheLastSecond) {
  RecentRate rate;
  EXPECT_EQ(rate.per_minute(), 0);
  TimePoint now{100s};
  std::uint64_t departures = 0;
  rate.add(now, departures);
  EXPECT_EQ(rate.per_minute(), 0);
  for (int i = 0; i < 20; ++i) rate.add(now += 250ms, departures += 100);
  EXPECT_NEAR(rate.per_minute(), 24'000, 1e-6);
  for (int i = 0; i < 4; ++i) rate.add(now += 250ms, departures += 50);
  EXPECT_NEAR(rate.per_minute(), 12'000, 1e-6);
}

TEST(RecentRateTest, FewDeparturesTakeTenSeconds) {
  RecentRate rate;
  TimePoint now{100s};
  std::uint64_t departures = 0;
  for (int i = 0; i < 100; ++i) rate.add(now += 250ms, departures += i % 4 == 0 ? 1 : 0);
  EXPECT_NEAR(rate.per_minute(), 60, 6);
}

TEST(RecentRateTest, AStallShows) {
  RecentRate rate;
  TimePoint now{100s};
  for (int i = 0; i < 20; ++i) rate.add(now += 250ms, static_cast<std::uint64_t>(i) * 100);
  for (int i = 0; i < 50; ++i) rate.add(now += 250ms, 1'900);
  EXPECT_EQ(rate.per_minute(), 0);
}

}  // namespace
}  // namespace paceline::programs::progress
