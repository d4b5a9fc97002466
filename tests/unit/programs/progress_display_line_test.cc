#include <gtest/gtest.h>
#include <programs/progress_display.h>

#include <chrono>
#include <string>

namespace paceline::programs {
namespace {

using namespace std::chrono_literals;

RunProgress halfway() {
  return {{.planned = 1'000'000,
           .ended = 500'000,
           .failed = 3,
           .left = 500'084,
           .departures = 500'084,
           .in_flight = 84,
           .is_warming_up = false,
           .p50 = 50'200us,
           .p99 = 1'234ms,
           .retry_in = {}},
          "chat/complete rpm:100000 parallel:500",
          100'000,
          100'003.4};
}

TEST(ProgressLineTest, AWideTerminalHasEverything) {
  EXPECT_EQ(progress_bar(halfway(), 140),
            "[###############---------------]  500000 of 1000000  5:01 left  100003 of 100000 RPM  "
            "84 in flight  p50 50.2 ms  p99 1.23 s  3 errors");
}

TEST(ProgressLineTest, ANarrowerOneLosesWhatMattersLeast) {
  EXPECT_EQ(progress_bar(halfway(), 112),
            "[###########-----------]  500000 of 1000000  5:01 left  100003 of 100000 RPM  "
            "p50 50.2 ms  "
            "p99 1.23 s  3 errors");
  EXPECT_EQ(progress_bar(halfway(), 80),
            "[######-------]  500000 of 1000000  5:01 left  100003 of 100000 RPM  p99 1.23 s");
  EXPECT_EQ(progress_bar(halfway(), 60),
            "[#######--------]  500000 of 1000000  5:01 left  p99 1.23 s");
  EXPECT_EQ(progress_bar(halfway(), 20), "500000 of 1000000");
  EXPECT_EQ(progress_bar(halfway(), 10), "500000 of");
  EXPECT_EQ(progress_bar(halfway(), 0), "");
}

TEST(ProgressLineTest, IsNeverAsWideAsTheTerminal) {
  for (std::size_t width = 1; width < 200; ++width) {
    EXPECT_LT(progress_bar(halfway(), width).size(), width);
  }
}

TEST(ProgressLineTest, ALogHasEverythingOnALine) {
  EXPECT_EQ(progress_sentence(halfway()),
            "chat/complete rpm:100000 parallel:500: 50%, 500000 of 1000000, 5:01 left, 100003 of "
            "100000 RPM, 84 in flight, p50 50.2 ms, p99 1.23 s, 3 errors");
}

TEST(ProgressLineTest, WarmingUpAndUnpaced) {
  RunProgress run;
  run.so_far = {.planned = 10, .left = 15, .departures = 2, .in_flight = 2, .is_warming_up = true};
  run.name = "x";
  EXPECT_EQ(progress_sentence(run), "x: 0%, warm-up, 0 RPM, 2 in flight, 0 errors");
  // Until its own rate is known, the one asked for tells the time.
  run.rpm = 60;
  EXPECT_EQ(progress_sentence(run),
            "x: 0%, warm-up, 0:15 left, 0 of 60 RPM, 2 in flight, 0 errors");
}

TEST(ProgressLineTest, ARunThatOnlyWaitsForARetrySaysSo) {
  RunProgress run = halfway();
  run.so_far.left = 1;
  run.so_far.in_flight = 0;
  run.so_far.retry_in = 41'200ms;
  run.recent_rpm = 0;
  EXPECT_EQ(
      progress_sentence(run),
      "chat/complete rpm:100000 parallel:500: 50%, 500000 of 1000000, 0:42 left, waiting 42 s "
      "for a retry, 0 of 100000 RPM, 0 in flight, p50 50.2 ms, p99 1.23 s, 3 errors");
  EXPECT_EQ(progress_bar(run, 60), "[######------]  500000 of 1000000  waiting 42 s for a retry");
  // Without a rate too.
  run.rpm = 0;
  EXPECT_NE(progress_sentence(run).find("0:42 left"), std::string::npos);
}

TEST(ProgressLineTest, HoursAndOneError) {
  RunProgress run = halfway();
  run.so_far.left = 3'725;
  run.so_far.failed = 1;
  run.recent_rpm = 60;
  EXPECT_EQ(progress_sentence(run),
            "chat/complete rpm:100000 parallel:500: 50%, 500000 of 1000000, 1:02:05 left, 60 of "
            "100000 RPM, 84 in flight, p50 50.2 ms, p99 1.23 s, 1 error");
}

TEST(RecentRateTest, IsOfTheLastSecond) {
  RecentRate rate;
  EXPECT_EQ(rate.rpm(), 0);
  TimePoint now{100s};
  std::uint64_t departures = 0;
  rate.add(now, departures);
  EXPECT_EQ(rate.rpm(), 0);
  for (int i = 0; i < 20; ++i) rate.add(now += 250ms, departures += 100);
  EXPECT_NEAR(rate.rpm(), 24'000, 1e-6);
  for (int i = 0; i < 4; ++i) rate.add(now += 250ms, departures += 50);
  EXPECT_NEAR(rate.rpm(), 12'000, 1e-6);
}

TEST(RecentRateTest, FewDeparturesTakeTenSeconds) {
  RecentRate rate;
  TimePoint now{100s};
  std::uint64_t departures = 0;
  for (int i = 0; i < 100; ++i) rate.add(now += 250ms, departures += i % 4 == 0 ? 1 : 0);
  EXPECT_NEAR(rate.rpm(), 60, 6);
}

TEST(RecentRateTest, AStallShows) {
  RecentRate rate;
  TimePoint now{100s};
  for (int i = 0; i < 20; ++i) rate.add(now += 250ms, static_cast<std::uint64_t>(i) * 100);
  for (int i = 0; i < 50; ++i) rate.add(now += 250ms, 1'900);
  EXPECT_EQ(rate.rpm(), 0);
}

}  // namespace
}  // namespace paceline::programs
