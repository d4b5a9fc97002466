#include <gtest/gtest.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/rate_changes.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::uint64_t first_rpm = 60'000;

std::unique_ptr<Schedule> changed(const std::shared_ptr<RateChanges>& changes,
                                  Arrivals arrivals = constant_arrivals) {
  return std::make_unique<ChangedSchedule>(make_schedule(arrivals, *Rate::per_minute(first_rpm), 1),
                                           changes);
}

TEST(RateChangesTest, WithoutAChangeTheScheduleIsAsBefore) {
  const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
  const auto schedule = changed(changes);
  changes->make(5s);
  for (std::uint64_t slot = 0; slot < 1'000; ++slot) {
    EXPECT_EQ(schedule->due(slot), slot * 1ms);
  }
  EXPECT_EQ(changes->count(), 0U);
  EXPECT_TRUE(changes->before(100s).empty());
  EXPECT_EQ(changes->asked_rpm(), 60'000);
  EXPECT_EQ(changes->mean_rpm(1s, 9s), 60'000);
}

TEST(RateChangesTest, AChangeTakesEffectAfterItsNotice) {
  const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
  const auto schedule = changed(changes);
  EXPECT_TRUE(changes->ask(+10));
  EXPECT_EQ(changes->asked_rpm(), 120'000);
  changes->make(800ms);
  // The first second has a thousand slots, the next one two thousand.
  EXPECT_EQ(schedule->due(999), 999ms);
  EXPECT_EQ(schedule->due(1'000), 1s);
  EXPECT_EQ(schedule->due(1'001), 1s + 500us);
  EXPECT_EQ(schedule->due(3'000), 2s);
  EXPECT_EQ(schedule->interval_ns(), 0.5e6);
  const auto made = changes->before(2s);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].at, 1s);
  EXPECT_EQ(made[0].rpm, 120'000);
  // A change that no slot has met did not take effect.
  EXPECT_TRUE(changes->before(1s).empty());
  EXPECT_EQ(changes->mean_rpm(0s, 2s), 90'000);
  EXPECT_EQ(changes->mean_rpm(1s, 2s), 120'000);
  EXPECT_EQ(changes->mean_rpm(3s, 3s), 120'000);
}

TEST(RateChangesTest, NoSlotIsDueEarly) {
  const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
  const auto schedule = changed(changes);
  changes->ask(-3);
  changes->make(800ms);
  // A gap of 10/7 ms, rounded up to nanoseconds.
  EXPECT_EQ(schedule->due(1'001), 1s + 1'428'572ns);
  EXPECT_EQ(schedule->due(1'002), 1s + 2'857'143ns);
  EXPECT_EQ(schedule->due(1'007), 1s + 10ms);
}

TEST(RateChangesTest, StepsAreTenthsOfTheFirstRateAndReturnToIt) {
  RateChanges changes(first_rpm, 1);
  EXPECT_TRUE(changes.ask(+1));
  EXPECT_TRUE(changes.ask(+1));
  EXPECT_EQ(changes.asked_rpm(), 72'000);
  EXPECT_TRUE(changes.ask(-2));
  EXPECT_EQ(changes.asked_rpm(), 60'000);
  // What was asked for and taken back is no change.
  changes.make(1s);
  EXPECT_EQ(changes.count(), 0U);
  while (changes.ask(-1)) {
  }
  EXPECT_EQ(changes.asked_rpm(), 6'000);
  while (changes.ask(+1)) {
  }
  EXPECT_EQ(changes.asked_rpm(), 600'000);
}

TEST(RateChangesTest, ADelayedScheduleChangesWhereItIsSent) {
  const auto changes = std::make_shared<RateChanges>(first_rpm, 2);
  const auto schedule = changed(changes);
  changes->delayed(0, 5s);
  changes->delayed(1, 3s);
  changes->ask(+10);
  changes->make(10s);
  const auto made = changes->before(100s);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].at, 7s + RateChanges::notice);
}

/// Changes at random times, and the schedule that comes of them.
class ManyChanges : public testing::TestWithParam<double> {};

TEST_P(ManyChanges, NoSlotIsLostAndNoTimeDrifts) {
  const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
  const auto schedule = changed(changes, {GetParam()});
  const auto first = make_schedule({GetParam()}, *Rate::per_minute(first_rpm), 1);
  std::mt19937_64 random(7);
  // The exact time of the run at each time of the schedule, in seconds.
  double exact = 0;
  double scheduled = 0;
  double speed = 1;
  nanoseconds before{-1};
  nanoseconds now{0};
  double change_at = -1;
  double next_speed = 1;
  for (std::uint64_t slot = 0; slot < 1'000'000; ++slot) {
    const double target = std::chrono::duration<double>(first->due(slot)).count();
    double run_time = exact + (target - scheduled) / speed;
    if (change_at >= 0 && run_time > change_at) {
      scheduled += (change_at - exact) * speed;
      exact = change_at;
      speed = next_speed;
      change_at = -1;
      run_time = exact + (target - scheduled) / speed;
    }
    now = schedule->due(slot);
    ASSERT_GE(now, before);
    ASSERT_NEAR(static_cast<double>(now.count()), run_time * 1e9, 1'500) << slot;
    before = now;
    if (change_at < 0 && slot % 997 == 0) {
      const double asked = changes->asked_rpm();
      changes->ask(static_cast<int>(random() % 21) - 10);
      if (changes->asked_rpm() != asked) {
        changes->make(now);
        change_at = std::chrono::duration<double>(now + RateChanges::notice).count();
        next_speed = changes->asked_rpm() / static_cast<double>(first_rpm);
      }
    }
  }
  EXPECT_GT(changes->count(), 200U);
  const double mean = changes->mean_rpm(0s, now);
  const double of_slots = 60e9 * static_cast<double>(first->due(999'999).count()) / 1e6 /
                          static_cast<double>(now.count());
  EXPECT_NEAR(mean, of_slots, mean * 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Schedules, ManyChanges, testing::Values(0, 1, 3));

TEST(RateChangesTest, StripesKeepTheirPhase) {
  const auto changes = std::make_shared<RateChanges>(first_rpm, 3);
  const auto whole = changed(changes);
  std::vector<Pacer> stripes;
  for (std::uint64_t i = 0; i < 3; ++i) {
    stripes.emplace_back(changed(changes), usual_bounds(), Stripe{i, 3});
  }
  for (std::uint64_t slot = 0; slot < 10'000; ++slot) {
    if (slot == 1'000 || slot == 4'000) {
      changes->ask(slot == 1'000 ? +7 : -13);
      changes->make(stripes[slot % 3].next_departure());
      for (Pacer& stripe : stripes) stripe.reschedule();
    }
    Pacer& stripe = stripes[slot % 3];
    const Slot taken = stripe.depart(stripe.next_departure());
    EXPECT_EQ(taken.index, slot);
    EXPECT_EQ(taken.due, whole->due(slot));
  }
}

TEST(PacerRateTest, ASlowPacerHearsOfAFasterRateBeforeItsNextSlot) {
  const auto changes = std::make_shared<RateChanges>(1, 1);
  Pacer pacer(std::make_unique<ChangedSchedule>(
      make_schedule(constant_arrivals, *Rate::per_minute(1), 0), changes));
  pacer.depart(0s);
  EXPECT_EQ(pacer.next_departure(), 60s);
  changes->ask(+90);
  changes->make(10s - RateChanges::notice);
  pacer.reschedule();
  // A sixth of the interval has passed; the rest passes ten times as fast.
  EXPECT_EQ(pacer.next_departure(), 15s);
  pacer.depart(15s);
  EXPECT_EQ(pacer.next_departure(), 21s);
}

/// The most departures in a window that begins at a departure.
std::size_t most_departures_in(const std::vector<nanoseconds>& times, nanoseconds window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] > window) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

TEST(PacerRateTest, NoChangeMakesABurstEvenWithStalls) {
  std::mt19937_64 random(3);
  for (const int tenths : {+10, -5, +30, -9}) {
    const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
    Pacer pacer(changed(changes));
    std::vector<nanoseconds> early;
    std::vector<nanoseconds> late;
    nanoseconds now{0};
    while (now < 20s) {
      now = std::max(now, pacer.next_departure()) + nanoseconds(random() % 50'000);
      if (random() % 700 == 0) now += 50ms;
      if (now > 8s && changes->count() == 0) {
        changes->ask(tenths);
        changes->delayed(0, pacer.moved());
        changes->make(now);
        pacer.reschedule();
        now = std::max(now, pacer.next_departure());
      }
      pacer.depart(now);
      // The times near the change belong to both rates.
      if (now < 8s) early.push_back(now);
      if (now > 8s + 400ms) late.push_back(now);
    }
    const double faster = 1 + tenths / 10.0;
    EXPECT_LE(most_departures_in(early, 10ms), 14U);
    EXPECT_LE(static_cast<double>(most_departures_in(late, 10ms)),
              std::ceil(13 * std::max(faster, 0.3)) + 1)
        << tenths;
    EXPECT_LE(static_cast<double>(most_departures_in(late, 1s)), 1'010 * faster * 1.01 + 2)
        << tenths;
  }
}

TEST(PacerRateTest, AWindowThatGrowsKnowsItsDepartures) {
  // A caller that was late by 50 ms all the time may make up a hundredth of each second.
  const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
  Pacer pacer(changed(changes), {{.share = 0.99, .span = 1'010ms}});
  nanoseconds now{0};
  for (std::int64_t slot = 0; now < 3s; ++slot) {
    now = std::max<nanoseconds>(pacer.next_departure(), slot * 1ms + 50ms);
    pacer.depart(now);
  }
  changes->ask(+10);
  changes->make(3s);
  pacer.reschedule();
  std::size_t at_once = 0;
  for (; pacer.next_departure() <= now; ++at_once) pacer.depart(now);
  EXPECT_GE(at_once, 5U);
  EXPECT_LE(at_once, 15U);
}

TEST(PacerRateTest, ABoundHoldsWhileItsWindowGrows) {
  // A stall ends when the rate rises: the second before it and after it still has its bound.
  const auto changes = std::make_shared<RateChanges>(first_rpm, 1);
  Pacer pacer(changed(changes));
  std::vector<nanoseconds> times;
  nanoseconds now{0};
  const auto depart = [&] {
    now = std::max(now, pacer.next_departure());
    pacer.depart(now);
    times.push_back(now);
  };
  while (now < 3s) depart();
  changes->ask(+10);
  changes->make(3s);
  pacer.reschedule();
  now += 250ms;
  while (now < 6s) depart();
  // As many as two thousand per second, and one percent more.
  EXPECT_LE(most_departures_in(times, 1s), 2'022U);
  EXPECT_LE(most_departures_in(times, 10ms), 27U);
}

}  // namespace
}  // namespace paceline::pace
