#include <endpoint/metrics.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace paceline::endpoint {
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

TEST(ArrivalRecord, IsInTheOrderOfArrivalAlsoWhenTheyWereReadInAnother) {
  ArrivalRecord record(3);
  const TimePoint start(1h);
  record.arrived(start + 2ms);
  const auto earlier = record.arrived(start + 1ms);
  record.responded(earlier, start + 5ms, start + 6ms);
  record.arrived(start + 3ms);
  const auto all = record.all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].arrived, start + 1ms);
  EXPECT_EQ(all[0].responded, start + 6ms);
  EXPECT_EQ(all[1].arrived, start + 2ms);
  EXPECT_EQ(all[2].arrived, start + 3ms);
}

TEST(ArrivalRecord, KeepsTheFirstAndNeverGrows) {
  ArrivalRecord record(2);
  const TimePoint start(1h);
  const auto first = record.arrived(start);
  EXPECT_FALSE(record.full());
  const auto second = record.arrived(start + 1ms);
  const auto third = record.arrived(start + 2ms);
  EXPECT_TRUE(record.full());
  record.content(third, start + 7ms, 5);
  record.responded(third, start + 7ms, start + 8ms);
  record.responded(second, start + 6ms, start + 9ms);
  const auto all = record.all();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(first, 0u);
  EXPECT_EQ(all[0].arrived, start);
  EXPECT_EQ(all[0].due, TimePoint::max());
  EXPECT_EQ(all[0].responded, TimePoint::max());
  EXPECT_EQ(all[1].due, start + 6ms);
  EXPECT_EQ(all[1].responded, start + 9ms);
  EXPECT_EQ(record.token_gaps().count(), 0u);
}

TEST(ArrivalRecord, OfNoCapacityTakesNothing) {
  ArrivalRecord record(0);
  record.responded(record.arrived(TimePoint(1s)), TimePoint(2s), TimePoint(2s));
  EXPECT_TRUE(record.all().empty());
}

TEST(ArrivalRecord, MeasuresTheTokensOfAStream) {
  ArrivalRecord record(2);
  const TimePoint start(1h);
  const auto place = record.arrived(start);
  const auto other = record.arrived(start);
  record.content(place, start + 10us, 1);
  record.content(other, start + 11us, 1);
  record.content(place, start + 13us, 1);
  record.content(place, start + 18us, 3);
  const auto all = record.all();
  EXPECT_EQ(all[0].content_events, 5u);
  EXPECT_EQ(all[0].first_token_time(), 10us);
  EXPECT_EQ(all[0].time_per_token(), 2us);
  EXPECT_EQ(all[1].first_token_time(), 11us);
  EXPECT_EQ(all[1].time_per_token(), std::nullopt);
  // 3, 5, 0 and 0 us.
  const auto gaps = record.token_gaps();
  EXPECT_EQ(gaps.count(), 4u);
  EXPECT_EQ(gaps.min(), 0us);
  EXPECT_EQ(gaps.mean(), 2us);
  EXPECT_EQ(gaps.max(), 5us);
}

TEST(Arrival, WithoutContentHasNoTokenTimes) {
  const Arrival arrival{TimePoint(1s)};
  EXPECT_EQ(arrival.first_token_time(), std::nullopt);
  EXPECT_EQ(arrival.time_per_token(), std::nullopt);
}

}  // namespace
}  // namespace paceline::endpoint
