#include <gtest/gtest.h>
#include <paceline/pace/pacer.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace paceline {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

Pacer even(std::uint64_t rpm, const std::vector<PacerBound>& bounds = usual_bounds(),
           Stripe stripe = {}) {
  return Pacer(make_schedule(Arrivals::even, *Rate::per_minute(rpm), 0), bounds, stripe);
}

/// Departures of a caller that is late by a random time, and now and then stalls.
std::vector<nanoseconds> departures(Pacer& pacer, int slots, std::uint64_t seed,
                                    nanoseconds usual_delay, nanoseconds stall) {
  std::mt19937_64 random(seed);
  std::vector<nanoseconds> all;
  nanoseconds now{0};
  for (int i = 0; i < slots; ++i) {
    now = std::max(now, pacer.next_departure());
    now += nanoseconds(
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(usual_delay.count() + 1)));
    if (random() % 500 == 0) now += stall;
    const Slot slot = pacer.depart(now);
    EXPECT_GE(now, slot.due);
    EXPECT_EQ(slot.index, static_cast<std::uint64_t>(i));
    all.push_back(now);
  }
  return all;
}

/// The most departures in any window [t, t + w].
std::uint64_t most_in(const std::vector<nanoseconds>& times, nanoseconds window) {
  std::uint64_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] > window) ++first;
    most = std::max<std::uint64_t>(most, last - first + 1);
  }
  return most;
}

TEST(PacerTest, APromptCallerDepartsExactlyWhenDue) {
  Pacer pacer = even(100'000);
  for (std::int64_t k = 0; k < 1000; ++k) {
    EXPECT_EQ(pacer.next_departure(), k * 600us);
    EXPECT_EQ(pacer.depart(pacer.next_departure()).due, k * 600us);
  }
}

TEST(PacerTest, NoDriftOverTenMillionSlots) {
  for (const std::uint64_t rpm : {100'000U, 99'999U, 7U, 1'234'567U}) {
    Pacer pacer = even(rpm);
    for (int k = 0; k < 10'000'000; ++k) pacer.depart(pacer.next_departure());
    const double exact_ns = 10'000'000 * (60e9 / static_cast<double>(rpm));
    EXPECT_NEAR(static_cast<double>(pacer.next_departure().count()), exact_ns, 16) << rpm;
  }
  EXPECT_EQ(Rate::per_minute(100'000)->due(10'000'000), 6'000s);
}

/// The bound of `PacerBound`, of an even schedule.
std::uint64_t allowed_in(nanoseconds window, const PacerBound& bound, double interval_ns) {
  const double tolerance = bound.gaps * interval_ns + static_cast<double>(bound.time.count());
  return static_cast<std::uint64_t>((static_cast<double>(window.count()) + tolerance) /
                                    (bound.gap_share * interval_ns)) +
         1;
}

TEST(PacerTest, InNoWindowMoreThanEachBoundAllows) {
  std::mt19937_64 random(11);
  for (const std::uint64_t rpm : {600U, 60'000U, 100'000U, 1'000'000U, 7'777'777U}) {
    for (const nanoseconds stall : {3ms, 9ms, 50ms, 400ms}) {
      Pacer pacer = even(rpm);
      const auto times = departures(pacer, 20'000, random(), 200us, stall);
      const double interval = 60e9 / static_cast<double>(rpm);
      for (int i = 0; i < 40; ++i) {
        const nanoseconds window(static_cast<std::int64_t>(random() % 2'000'000'000));
        const std::uint64_t most = most_in(times, window);
        for (const PacerBound& bound : usual_bounds()) {
          EXPECT_LE(most, allowed_in(window, bound, interval))
              << rpm << " rpm, window " << window.count() << " ns, stall " << stall.count();
        }
      }
    }
  }
}

TEST(PacerTest, ABoundOfItsOwnHoldsByItself) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 50; ++i) {
    const PacerBound bound{.gap_share = 0.01 * static_cast<double>(random() % 101),
                           .gaps = static_cast<double>(random() % 5),
                           .time = std::chrono::microseconds(random() % 20'000)};
    Pacer pacer = even(100'000, {bound});
    const auto times = departures(pacer, 5'000, random(), 200us, 30ms);
    for (const nanoseconds window : {1ms, 10ms, 100ms, 1'000ms}) {
      if (bound.gap_share == 0) continue;
      EXPECT_LE(most_in(times, window), allowed_in(window, bound, 600e3))
          << bound.gap_share << " of a gap, " << bound.gaps << " gaps and " << bound.time.count();
    }
  }
}

TEST(PacerTest, AtAHundredThousandRpmNoBurstFollowsAStall) {
  for (const nanoseconds stall : {2ms, 9ms, 30ms, 1'000ms}) {
    Pacer pacer = even(100'000);
    const auto times = departures(pacer, 300'000, 3, 100us, stall);
    EXPECT_LE(most_in(times, 1ms), 4U);
    // Also where one of them leaves a little after its time.
    EXPECT_LE(most_in(times, 10'300us), 22U);
    EXPECT_LE(most_in(times, 1s), 1'685U);
    EXPECT_LE(most_in(times, 60s), 100'101U);
  }
}

TEST(PacerTest, GapsAreNeverUnderHalfOfTheSchedulesOwn) {
  Pacer pacer = even(100'000);
  const auto times = departures(pacer, 50'000, 5, 300us, 20ms);
  for (std::size_t i = 1; i < times.size(); ++i) ASSERT_GE(times[i] - times[i - 1], 300us);
}

/// How many slots after the first, which is late by `delay`, depart when they are due.
int slots_until_prompt(nanoseconds delay) {
  Pacer pacer = even(100'000);
  nanoseconds departure = delay;
  Slot slot = pacer.depart(departure);
  int late = 0;
  while (departure > slot.due && late < 100'000) {
    departure = pacer.next_departure();
    slot = pacer.depart(departure);
    ++late;
  }
  return late;
}

TEST(PacerTest, ADelayIsMadeUpTheSoonerTheShorterItIs) {
  EXPECT_EQ(slots_until_prompt(0ms), 0);
  // 1.67 gaps, by half a gap each.
  EXPECT_EQ(slots_until_prompt(1ms), 4);
  // 10 gaps: some three by half a gap each, the others by a tenth of one.
  EXPECT_EQ(slots_until_prompt(6ms), 75);
  // 2 ms and 52 ms of these by 0.2% of a gap each.
  EXPECT_NEAR(slots_until_prompt(10ms), 1'667, 200);
  EXPECT_NEAR(slots_until_prompt(60ms), 43'333, 200);
}

TEST(PacerTest, WhatALongDelayHasMoreThanSixtyMillisecondsMovesTheSchedule) {
  Pacer pacer = even(100'000);
  pacer.depart(0ns);
  const Slot late = pacer.depart(500ms);
  EXPECT_EQ(late.due, 600us);
  for (int i = 0; i < 50'000; ++i) pacer.depart(pacer.next_departure());
  const nanoseconds planned = 50'002 * 600us;
  EXPECT_EQ(pacer.next_departure(), planned + 500ms - 60ms - 600us);
  // What was planned stays as planned, so that the delay shows in what is measured from it.
  EXPECT_EQ(pacer.depart(pacer.next_departure()).due, planned);
}

TEST(PacerTest, StripesThatAreLateTogetherBurstNoMoreThanOneWould) {
  std::vector<nanoseconds> together;
  for (std::uint64_t i = 0; i < 2; ++i) {
    Pacer stripe = even(100'000, usual_bounds(), {.index = i, .count = 2});
    nanoseconds now = 20ms;
    for (int k = 0; k < 1'000; ++k) {
      now = std::max(now, stripe.next_departure());
      stripe.depart(now);
      together.push_back(now);
    }
  }
  std::sort(together.begin(), together.end());
  EXPECT_LE(most_in(together, 1ms), 4U);
  EXPECT_LE(most_in(together, 10ms), 22U);
}

TEST(PacerTest, StripesTogetherAreTheWholeSchedule) {
  std::vector<nanoseconds> together;
  for (std::uint64_t i = 0; i < 3; ++i) {
    Pacer stripe = even(100'000, usual_bounds(), {.index = i, .count = 3});
    for (int k = 0; k < 100; ++k) together.push_back(stripe.depart(stripe.next_departure()).due);
  }
  std::sort(together.begin(), together.end());
  for (std::size_t k = 0; k < together.size(); ++k) {
    EXPECT_EQ(together[k], static_cast<std::int64_t>(k) * 600us);
  }
}

TEST(PacerTest, RandomStripesAreOneRandomSchedule) {
  const Rate rate = *Rate::per_minute(100'000);
  Pacer whole(make_schedule(Arrivals::poisson, rate, 9));
  Pacer odd(make_schedule(Arrivals::poisson, rate, 9), usual_bounds(), {.index = 1, .count = 2});
  for (int k = 0; k < 100; ++k) {
    whole.depart(whole.next_departure());
    EXPECT_EQ(whole.depart(whole.next_departure()).due, odd.depart(odd.next_departure()).due);
  }
}

}  // namespace
}  // namespace paceline
