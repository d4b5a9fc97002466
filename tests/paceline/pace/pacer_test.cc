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

Pacer even(std::uint64_t rpm, PacerLimits limits = {}, Stripe stripe = {}) {
  return Pacer(make_schedule(Arrivals::even, *Rate::per_minute(rpm), 0), limits, stripe);
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
  EXPECT_EQ(pacer.moved(), 0ns);
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

TEST(PacerTest, InNoWindowMoreThanGcraAllows) {
  std::mt19937_64 random(11);
  for (const std::uint64_t rpm : {600U, 60'000U, 100'000U, 1'000'000U, 7'777'777U}) {
    for (const nanoseconds stall : {3ms, 9ms, 50ms, 400ms}) {
      const PacerLimits limits{.tolerance = 10ms, .min_gap_share = random() % 2 == 0 ? 0.8 : 0.0};
      Pacer pacer = even(rpm, limits);
      const auto times = departures(pacer, 20'000, random(), 200us, stall);
      const double interval = 60e9 / static_cast<double>(rpm);
      for (int i = 0; i < 40; ++i) {
        const nanoseconds window(static_cast<std::int64_t>(random() % 2'000'000'000));
        const auto allowed =
            static_cast<std::uint64_t>(static_cast<double>((window + limits.tolerance).count()) /
                                       interval) +
            1;
        EXPECT_LE(most_in(times, window), allowed)
            << rpm << " rpm, window " << window.count() << " ns, stall " << stall.count();
      }
    }
  }
}

TEST(PacerTest, AtAHundredThousandRpmNoBurstFollowsAStall) {
  for (const nanoseconds stall : {2ms, 9ms, 30ms, 1'000ms}) {
    Pacer pacer = even(100'000);
    const auto times = departures(pacer, 100'000, 3, 100us, stall);
    EXPECT_LE(most_in(times, 1ms), 4U);
    EXPECT_LE(most_in(times, 10ms), 22U);
    EXPECT_LE(most_in(times, 1s), 1'685U);
  }
}

TEST(PacerTest, GapsAreNeverUnderTheirShare) {
  Pacer pacer = even(100'000);
  const auto times = departures(pacer, 50'000, 5, 300us, 20ms);
  for (std::size_t i = 1; i < times.size(); ++i) ASSERT_GE(times[i] - times[i - 1], 480us);
}

TEST(PacerTest, ADelayWithinTheToleranceIsMadeUpWholly) {
  Pacer pacer = even(100'000);
  pacer.depart(9ms);
  for (int i = 0; i < 100; ++i) pacer.depart(pacer.next_departure());
  EXPECT_EQ(pacer.moved(), 0ns);
  EXPECT_EQ(pacer.next_departure(), 101 * 600us);
}

TEST(PacerTest, ALongerDelayMovesTheScheduleByTheRest) {
  Pacer pacer = even(100'000);
  pacer.depart(0ns);
  const Slot late = pacer.depart(500ms);
  EXPECT_EQ(late.due, 600us);
  EXPECT_EQ(pacer.moved(), 500ms - 10ms - 600us);
  for (int i = 0; i < 1000; ++i) pacer.depart(pacer.next_departure());
  EXPECT_EQ(pacer.next_departure(), 1002 * 600us + pacer.moved());
  // What was planned stays as planned, so that the delay shows in what is measured from it.
  EXPECT_EQ(pacer.depart(pacer.next_departure()).due, 1002 * 600us);
}

TEST(PacerTest, StripesTogetherAreTheWholeSchedule) {
  std::vector<nanoseconds> together;
  for (std::uint64_t i = 0; i < 3; ++i) {
    Pacer stripe = even(100'000, {}, {.index = i, .count = 3});
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
  Pacer odd(make_schedule(Arrivals::poisson, rate, 9), {}, {.index = 1, .count = 2});
  for (int k = 0; k < 100; ++k) {
    whole.depart(whole.next_departure());
    EXPECT_EQ(whole.depart(whole.next_departure()).due, odd.depart(odd.next_departure()).due);
  }
}

}  // namespace
}  // namespace paceline
