#include <gtest/gtest.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/stages.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// The integral of the rate up to a time, in slots.
long double integral(const std::vector<Stage>& stages, nanoseconds time) {
  long double slots = 0;
  for (const Stage& stage : stages) {
    const auto in_stage = static_cast<long double>(std::min(time, stage.length).count());
    const auto length = static_cast<long double>(stage.length.count());
    const auto first = static_cast<long double>(stage.first_rpm);
    const auto change = static_cast<long double>(stage.last_rpm) - first;
    slots += (first * in_stage + change * in_stage * in_stage / (2 * length)) / 60e9L;
    time -= stage.length;
    if (time <= 0ns) break;
  }
  return slots;
}

TEST(StagedRateTest, AConstantStageIsTheRate) {
  const StagedRate rate({{60s, 7, 7}});
  EXPECT_EQ(rate.slots(), 7U);
  EXPECT_EQ(rate.length(), 60s);
  for (std::uint64_t slot = 0; slot < 100; ++slot) {
    EXPECT_EQ(rate.due(slot), Rate::per_minute(7)->due(slot));
  }
}

TEST(StagedRateTest, StagesMeetWithoutAGap) {
  const StagedRate rate({{30s, 60, 60}, {30s, 120, 120}});
  EXPECT_EQ(rate.slots(), 90U);
  EXPECT_EQ(rate.due(29), 29s);
  EXPECT_EQ(rate.due(30), 30s);
  EXPECT_EQ(rate.due(31), 30'500ms);
  EXPECT_EQ(rate.due(89), 59'500ms);
}

TEST(StagedRateTest, APartOfASlotGoesOnInTheNextStage) {
  // 0.5 slots are left at 1.5 s.
  const StagedRate rate({{1'500ms, 60, 60}, {10s, 6, 6}});
  EXPECT_EQ(rate.due(1), 1s);
  EXPECT_EQ(rate.due(2), 6'500ms);
}

TEST(StagedRateTest, APauseHasNoSlots) {
  const StagedRate rate({{10s, 0, 0}, {60s, 60, 60}, {60s, 0, 0}, {60s, 60, 60}, {5s, 0, 0}});
  EXPECT_EQ(rate.slots(), 120U);
  EXPECT_EQ(rate.due(0), 10s);
  EXPECT_EQ(rate.due(59), 69s);
  EXPECT_EQ(rate.due(60), 130s);
  EXPECT_EQ(rate.due(119), 189s);
  EXPECT_EQ(rate.length(), 195s);
  // After all stages, the last rate goes on.
  EXPECT_EQ(rate.due(120), 195s);
  EXPECT_EQ(rate.due(121), 196s);
}

TEST(StagedRateTest, ARampIsTheIntegral) {
  // k slots after sqrt(k) s.
  const StagedRate rate({{10s, 0, 1'200}});
  EXPECT_EQ(rate.slots(), 100U);
  EXPECT_EQ(rate.due(1), 1s);
  EXPECT_EQ(rate.due(4), 2s);
  EXPECT_EQ(rate.due(2), 1'414'213'563ns);
  EXPECT_EQ(rate.due(81), 9s);
  EXPECT_EQ(rate.rpm_at(5s), 600);
}

TEST(StagedRateTest, ARampDownEndsInTime) {
  const StagedRate rate({{10s, 1'200, 0}});
  EXPECT_EQ(rate.slots(), 100U);
  EXPECT_EQ(rate.due(99), 9s);
  EXPECT_EQ(rate.due(19), 1s);
}

TEST(StagedRateTest, KnowsTheStageAtATime) {
  const StagedRate rate({{10s, 60, 60}, {10s, 0, 0}, {10s, 60, 120}});
  EXPECT_EQ(rate.stages(), 3U);
  EXPECT_EQ(rate.stage_at(-1ns), 0U);
  EXPECT_EQ(rate.stage_at(9'999'999'999ns), 0U);
  EXPECT_EQ(rate.stage_at(10s), 1U);
  EXPECT_EQ(rate.stage_at(20s), 2U);
  EXPECT_EQ(rate.stage_at(99s), 2U);
  EXPECT_EQ(rate.rpm_at(15s), 0);
  EXPECT_EQ(rate.rpm_at(25s), 90);
}

/// Random stages: constant rates, ramps and pauses.
std::vector<Stage> random_stages(std::mt19937_64& random) {
  std::vector<Stage> stages;
  const auto rate = [&] { return random() % 4 == 0 ? 0 : random() % 100'000; };
  for (std::uint64_t left = 1 + random() % 8; left > 0; --left) {
    const std::uint64_t first = rate();
    stages.push_back(
        {nanoseconds(1 + random() % 100'000'000'000), first, random() % 2 == 0 ? first : rate()});
  }
  stages.push_back({1s, 60, 60});
  return stages;
}

TEST(StagedRateTest, EachSlotIsDueWhenTheIntegralReachesItsNumber) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Stage> stages = random_stages(random);
    const StagedRate rate(stages);
    const std::uint64_t slots = rate.slots();
    EXPECT_NEAR(static_cast<double>(slots), static_cast<double>(integral(stages, rate.length())),
                1);
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t slot = random() % slots;
      const nanoseconds due = rate.due(slot);
      ASSERT_LT(due, rate.length());
      const auto number = static_cast<long double>(slot);
      EXPECT_GE(integral(stages, due), number - 1e-6L);
      // One nanosecond earlier the slot is not due, unless a pause lies before.
      const nanoseconds before = due - 1ns;
      if (due > 0ns && rate.rpm_at(before) > 0) {
        EXPECT_LT(integral(stages, before), number + 1e-6L);
      }
      EXPECT_LE(due, rate.due(slot + 1));
      EXPECT_GT(rate.rpm_at(due + 1ns), 0);
    }
  }
}

TEST(StagedRateTest, DoesNotDriftOverTenMillionSlots) {
  // 60 hours of an hour up and an hour down: on average 3,000 a minute.
  std::vector<Stage> stages;
  for (int hour = 0; hour < 30; ++hour) {
    stages.push_back({1h, 1'000, 5'000});
    stages.push_back({1h, 5'000, 1'000});
  }
  const StagedRate rate(stages);
  EXPECT_EQ(rate.slots(), 10'800'000U);
  for (int hour = 0; hour < 60; ++hour) {
    EXPECT_EQ(rate.due(static_cast<std::uint64_t>(hour) * 180'000), hour * 1h);
  }
}

TEST(StagedRateTest, HoldsTheLargestNumbers) {
  const StagedRate rate(
      {{240h, 60'000'000, 0}, {240h, 0, 60'000'000}, {240h, 60'000'000, 60'000'000}});
  EXPECT_EQ(rate.slots(), 2 * 432'000'000'000U + 864'000'000'000U);
  EXPECT_EQ(rate.due(864'000'000'000U), 480h);
  EXPECT_EQ(rate.due(1'728'000'000'000U), 720h);
}

TEST(StagedScheduleTest, RandomArrivalsFollowTheRate) {
  const auto schedule =
      make_schedule(Arrivals{2}, StagedRate({{100s, 0, 60'000}, {100s, 60'000, 0}}), 5);
  std::vector<int> in_quarter(4);
  nanoseconds last{0};
  for (std::uint64_t slot = 0; slot < 99'000; ++slot) {
    const nanoseconds due = schedule->due(slot);
    ASSERT_GE(due, last);
    last = due;
    ++in_quarter[std::min<std::size_t>(static_cast<std::size_t>(due / 50s), 3)];
  }
  // Of 100,000: 12,500, 37,500, 37,500 and 12,500, with a deviation of 2 x sqrt of that.
  EXPECT_NEAR(in_quarter[0], 12'500, 900);
  EXPECT_NEAR(in_quarter[1], 37'500, 1'600);
  EXPECT_NEAR(in_quarter[2], 37'500, 1'600);
}

TEST(StagedScheduleTest, KnowsTheIntervalAtTheLastSlot) {
  const auto schedule =
      make_schedule(constant_arrivals, StagedRate({{10s, 0, 0}, {10s, 600, 6'000}}), 1);
  schedule->due(0);
  EXPECT_EQ(schedule->interval_ns(), 1e8);
  schedule->due(549);
  EXPECT_NEAR(schedule->interval_ns(), 1e7, 1e5);
}

/// The departures of a caller that stalls for 50 ms after 10 s, with their slots.
std::vector<std::pair<nanoseconds, Slot>> departures_with_a_stall(Pacer& pacer,
                                                                  std::uint64_t slots) {
  std::vector<std::pair<nanoseconds, Slot>> all;
  nanoseconds now{0};
  for (std::uint64_t i = 0; i < slots; ++i) {
    const bool is_before = now < 10s;
    now = std::max(now, pacer.next_departure());
    if (is_before && now >= 10s) now += 50ms;
    all.emplace_back(now, pacer.depart(now));
  }
  return all;
}

class RampsTest : public testing::TestWithParam<Stage> {};

TEST_P(RampsTest, AStallIsCaughtUpAsAtAConstantRate) {
  const StagedRate rate({GetParam()});
  Pacer pacer(make_schedule(constant_arrivals, rate, 1));
  const auto all = departures_with_a_stall(pacer, rate.slots());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto& [time, slot] = all[i];
    // At 1.27 times the rate, 50 ms are caught up after 185 ms.
    const bool is_late = time - slot.due > 2ms;
    if (time < 10s || (time > 10'300ms && time < 10'800ms)) {
      EXPECT_FALSE(is_late) << time.count();
    }
    // Windows fit the rate to a quarter. Of the gaps of five windows of 13.2 ms, at least four
    // fifths lie in whole windows, with a share of 0.79, and no gap has a share below 0.5.
    constexpr double share = 0.73;
    const double gaps = 66e6 / 60e9 * rate.rpm_at(slot.due);
    const auto first = static_cast<std::size_t>(std::max(static_cast<double>(i) - gaps, 0.0));
    const auto took = static_cast<double>((time - all[first].first).count());
    const auto planned = static_cast<double>((slot.due - all[first].second.due).count());
    ASSERT_GE(took + 10, share * planned) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(UpAndDown, RampsTest,
                         testing::Values(Stage{20s, 6'000, 600'000}, Stage{20s, 600'000, 6'000},
                                         Stage{20s, 60'000, 60'000}));

}  // namespace
}  // namespace paceline::pace
