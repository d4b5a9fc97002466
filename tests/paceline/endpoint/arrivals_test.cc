#include <gtest/gtest.h>
#include <paceline/endpoint/arrivals.h>

#include <chrono>
#include <vector>

namespace paceline {
namespace {

using namespace std::chrono_literals;

std::vector<TimePoint> at(std::initializer_list<std::chrono::microseconds> offsets) {
  std::vector<TimePoint> times;
  for (const auto offset : offsets) times.push_back(TimePoint(1h) + offset);
  return times;
}

TEST(MostInWindow, SlidesInsteadOfCountingInBuckets) {
  const auto times = at({900us, 950us, 1050us, 1100us, 5000us});
  EXPECT_EQ(most_in_window(times, 1ms), 4u);
  EXPECT_EQ(most_in_window(times, 60us), 2u);
  EXPECT_EQ(most_in_window(times, 10ms), 5u);
}

TEST(MostInWindow, EndsBeforeTheWindowsLength) {
  EXPECT_EQ(most_in_window(at({0us, 1000us, 2000us}), 1ms), 1u);
  EXPECT_EQ(most_in_window(at({0us, 999us, 2000us}), 1ms), 2u);
}

TEST(MostInWindow, CountsEqualTimesAndTakesNone) {
  EXPECT_EQ(most_in_window(at({7us, 7us, 7us}), 1ns), 3u);
  EXPECT_EQ(most_in_window({}, 1s), 0u);
}

TEST(ArrivalRecord, KeepsTheFirstAndNeverGrows) {
  ArrivalRecord record(2);
  const TimePoint start(1h);
  const auto first = record.arrived(start, start + 5ms);
  EXPECT_FALSE(record.full());
  const auto second = record.arrived(start + 1ms, start + 6ms);
  const auto third = record.arrived(start + 2ms, start + 7ms);
  EXPECT_TRUE(record.full());
  record.replied(third, start + 8ms);
  record.replied(second, start + 9ms);
  const auto all = record.all();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(first, 0u);
  EXPECT_EQ(all[0].arrived, start);
  EXPECT_EQ(all[0].due, start + 5ms);
  EXPECT_EQ(all[0].replied, TimePoint::max());
  EXPECT_EQ(all[1].replied, start + 9ms);
}

TEST(ArrivalRecord, OfNoCapacityTakesNothing) {
  ArrivalRecord record(0);
  record.replied(record.arrived(TimePoint(1s), TimePoint(2s)), TimePoint(2s));
  EXPECT_TRUE(record.all().empty());
}

}  // namespace
}  // namespace paceline
