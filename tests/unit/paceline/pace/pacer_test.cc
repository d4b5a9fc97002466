#include <gtest/gtest.h>
#include <paceline/pace/pacer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

Pacer even(std::uint64_t rpm, const std::vector<PacerBound>& bounds = usual_bounds(),
           Stripe stripe = {}) {
  return Pacer(make_schedule(constant_arrivals, *Rate::per_minute(rpm), 0), bounds, stripe);
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

/// The shortest time that so many successive gaps take.
nanoseconds shortest(const std::vector<nanoseconds>& times, std::size_t gaps) {
  nanoseconds least = nanoseconds::max();
  for (std::size_t i = gaps; i < times.size(); ++i) {
    least = std::min(least, times[i] - times[i - gaps]);
  }
  return least;
}

/// Whole gaps in a bound's span, one at least.
std::size_t gaps_of(const PacerBound& bound, double interval_ns) {
  const double gaps = static_cast<double>(bound.span.count()) / interval_ns;
  return static_cast<std::size_t>(std::max(gaps, 1.0));
}

TEST(PacerTest, GapsTakeTheirShareOfThePlanTogether) {
  std::mt19937_64 random(11);
  for (const std::uint64_t rpm : {60U, 600U, 60'000U, 100'000U, 1'000'000U}) {
    for (const nanoseconds stall : {3ms, 9ms, 50ms, 400ms}) {
      Pacer pacer = even(rpm);
      const auto times = departures(pacer, 40'000, random(), 200us, stall);
      const double interval = 60e9 / static_cast<double>(rpm);
      for (const PacerBound& bound : usual_bounds()) {
        const std::size_t gaps = gaps_of(bound, interval);
        // Due times are in whole nanoseconds.
        EXPECT_GE(static_cast<double>(shortest(times, gaps).count()) + 2,
                  bound.share * interval * static_cast<double>(gaps))
            << rpm << " rpm, " << gaps << " gaps, stall " << stall.count();
      }
    }
  }
}

TEST(PacerTest, ABoundOfItsOwnHoldsByItself) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 50; ++i) {
    const PacerBound bound{.share = 0.01 * static_cast<double>(random() % 101),
                           .span = std::chrono::microseconds(random() % 100'000)};
    Pacer pacer = even(100'000, {bound});
    const auto times = departures(pacer, 5'000, random(), 200us, 30ms);
    const std::size_t gaps = gaps_of(bound, 600e3);
    EXPECT_GE(static_cast<double>(shortest(times, gaps).count()) + 2,
              bound.share * 600e3 * static_cast<double>(gaps))
        << bound.share << " of " << gaps << " gaps";
  }
}

TEST(PacerTest, AtRatesOfBillionsNoSecondHoldsMoreThanItsShareAndMemoryIsBounded) {
  Pacer pacer = even(6'000'000'000);
  pacer.depart(50ms);
  nanoseconds last{0};
  for (int i = 0; i < 1'000'000; ++i) pacer.depart(last = pacer.next_departure());
  // A million gaps of 10 ns; the windows are at most 65,536 gaps, and the last of them may be new.
  EXPECT_GE(last - 50ms, 0.99 * 10ns * (1'000'000 - 65'536));
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

/// How many of a minute's slots depart late because one is late by `delay`, long after the start.
int late_after(nanoseconds delay) {
  Pacer pacer = even(100'000);
  for (int i = 0; i < 3'000; ++i) pacer.depart(pacer.next_departure());
  pacer.depart(pacer.next_departure() + delay);
  int late = 0;
  for (int i = 0; i < 100'000; ++i) {
    const nanoseconds departure = pacer.next_departure();
    if (pacer.depart(departure).due < departure) ++late;
  }
  return late;
}

TEST(PacerTest, ADelayIsMadeUpTheSoonerTheShorterItIs) {
  EXPECT_EQ(late_after(0ms), 0);
  // 1.67 gaps, by half a gap each.
  EXPECT_EQ(late_after(1ms), 3);
  // So for as long as the 10 ms before hold few departures.
  EXPECT_LE(late_after(4ms), 20);
  EXPECT_LE(late_after(12ms), 100);
  // More than 10 ms is late once more when the second after the delay is full.
  EXPECT_LE(late_after(20ms), 250);
  EXPECT_LE(late_after(60ms), 2'000);
}

TEST(PacerTest, StallsThatFollowEachOtherAreNoBurstTogether) {
  Pacer pacer = even(100'000);
  std::vector<nanoseconds> times;
  nanoseconds now{0};
  for (int i = 0; i < 100'000; ++i) {
    now = std::max(now, pacer.next_departure());
    if (i % 40 == 0) now += 3ms;
    pacer.depart(now);
    times.push_back(now);
  }
  EXPECT_LE(most_in(times, 1ms), 4U);
  EXPECT_LE(most_in(times, 10'300us), 22U);
  EXPECT_LE(most_in(times, 1s), 1'685U);
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

TEST(PacerTest, AStripeThatADelayMovedKeepsItsPlaceBetweenTheOthers) {
  for (const std::uint64_t rpm : {100'000U, 70'001U, 90U}) {
    const Stripe second{.index = 1, .count = 4};
    Pacer delayed = even(rpm, usual_bounds(), second);
    delayed.depart(delayed.next_departure());
    const nanoseconds late = 10s + 123us;
    const nanoseconds excess = late - delayed.depart(late).due - catch_up_limit;
    for (int i = 0; i < 50'000; ++i) delayed.depart(delayed.next_departure());
    const nanoseconds departure = delayed.next_departure();
    const nanoseconds moved = departure - delayed.depart(departure).due;
    // Each nanosecond of tolerance is one rounding: of the due time, and of the shift.
    const double round_ns = 4 * 60e9 / static_cast<double>(rpm);
    const double rounds = static_cast<double>(moved.count()) / round_ns;
    EXPECT_NEAR(rounds * round_ns, std::round(rounds) * round_ns, 2) << rpm;
    EXPECT_LE(moved, excess) << rpm;
    EXPECT_GT(moved, excess - nanoseconds(std::llround(round_ns)) - 2ns) << rpm;
  }
}

/// The departures of stripes that all stall at these times, until `end`.
std::vector<nanoseconds> departures_of_stripes(std::uint64_t count, nanoseconds stall,
                                               nanoseconds end) {
  std::vector<nanoseconds> together;
  for (std::uint64_t i = 0; i < count; ++i) {
    Pacer stripe = even(100'000, usual_bounds(count), {.index = i, .count = count});
    nanoseconds now = stall;
    nanoseconds next_stall = 1s;
    while (now < end) {
      now = std::max(now, stripe.next_departure());
      if (now >= next_stall) {
        now = std::max(now, next_stall + stall);
        next_stall += 1'500ms;
      }
      stripe.depart(now);
      together.push_back(now);
    }
  }
  std::sort(together.begin(), together.end());
  return together;
}

TEST(PacerTest, StripesThatAreLateTogetherBurstNoMoreThanOneWould) {
  for (const std::uint64_t count : {2U, 3U, 4U}) {
    for (const nanoseconds stall : {1ms, 7ms, 20ms, 50ms, 400ms}) {
      const auto together = departures_of_stripes(count, stall, 8s);
      EXPECT_LE(most_in(together, 1ms - 1ns), 4U) << count << ' ' << stall.count();
      EXPECT_LE(most_in(together, 10ms - 1ns), 22U) << count << ' ' << stall.count();
      EXPECT_LE(most_in(together, 1s - 1ns), 1'690U) << count << ' ' << stall.count();
    }
  }
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
  Pacer whole(make_schedule(poisson_arrivals, rate, 9));
  Pacer odd(make_schedule(poisson_arrivals, rate, 9), usual_bounds(), {.index = 1, .count = 2});
  for (int k = 0; k < 100; ++k) {
    whole.depart(whole.next_departure());
    EXPECT_EQ(whole.depart(whole.next_departure()).due, odd.depart(odd.next_departure()).due);
  }
}

}  // namespace
}  // namespace paceline::pace
