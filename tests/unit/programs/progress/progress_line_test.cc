#include <gtest/gtest.h>
#include <programs/progress/progress_line.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace paceline::programs::progress {
namespace {

using namespace std::chrono_literals;

RunProgress halfway() {
  RunProgress run;
  run.so_far.planned = 1'000'000;
  run.so_far.ended = 500'000;
  run.so_far.failed = 3;
  run.so_far.left = 500'084;
  run.so_far.departures = 500'084;
  run.so_far.in_flight = 84;
  run.so_far.p50 = 50'200us;
  run.so_far.p99 = 1'234ms;
  run.name = "chat/complete rpm:100000 parallel:500";
  run.asked_rpm = 100'000;
  run.recent_rpm = 100'003.4;
  return run;
}

RunProgress streaming() {
  RunProgress run = halfway();
  run.so_far.streams = 500'000;
  run.so_far.ttft_p50 = 120ms;
  run.so_far.tokens = 8'000'000;
  run.recent_tokens = 26'667;
  return run;
}

TEST(ProgressLineTest, AWideTerminalHasEverything) {
  EXPECT_EQ(
      progress_bar(halfway(), 140),
      "[###############---------------]  50%  500.0k of 1.00M  5:01 left  100.0k of 100.0k RPM"
      "  84 in flight  p50 50.2 ms  p99 1.23 s  3 errors");
  EXPECT_EQ(
      progress_bar(streaming(), 180),
      "[###############---------------]  50%  500.0k of 1.00M  5:01 left  100.0k of 100.0k RPM"
      "  84 in flight  ttft 120 ms  p50 50.2 ms  p99 1.23 s  26.7k tok/s  3 errors");
}

TEST(ProgressLineTest, EightyColumnsHaveEachFigureThatMatters) {
  EXPECT_EQ(progress_bar(halfway(), 80),
            "[##--]  50%  5:01 left  100.0k of 100.0k RPM  p50 50.2 ms  p99 1.23 s  3 errors");
  RunProgress late = halfway();
  late.so_far.failed = 12'345;
  EXPECT_EQ(progress_bar(late, 80),
            "50%  5:01 left  100.0k of 100.0k RPM  p50 50.2 ms  p99 1.23 s  12.3k errors");
  RunProgress stream = streaming();
  stream.asked_rpm = 600;
  stream.recent_rpm = 600;
  stream.so_far.left = 3'000;
  EXPECT_EQ(progress_bar(stream, 80),
            "50%  5:00 left  600 of 600 RPM  ttft 120 ms  p99 1.23 s  26.7k tok/s  3 errors");
}

TEST(ProgressLineTest, ANarrowerOneLosesWhatMattersLeast) {
  EXPECT_EQ(progress_bar(halfway(), 60),
            "50%  5:01 left  100.0k of 100.0k RPM  p99 1.23 s  3 errors");
  EXPECT_EQ(progress_bar(halfway(), 40), "50%  5:01 left  p99 1.23 s  3 errors");
  EXPECT_EQ(progress_bar(halfway(), 10), "50%");
  EXPECT_EQ(progress_bar(halfway(), 3), "50");
  EXPECT_EQ(progress_bar(halfway(), 0), "");
}

TEST(ProgressLineTest, ErrorsMatterMoreThanNone) {
  RunProgress good = halfway();
  good.so_far.failed = 0;
  EXPECT_EQ(progress_bar(good, 70),
            "50%  5:01 left  100.0k of 100.0k RPM  p50 50.2 ms  p99 1.23 s");
}

TEST(ProgressLineTest, IsNeverAsWideAsTheTerminal) {
  for (std::size_t width = 1; width < 200; ++width) {
    EXPECT_LT(progress_bar(halfway(), width).size(), width);
    EXPECT_LT(progress_bar(streaming(), width).size(), width);
  }
}

TEST(ProgressLineTest, ALogHasEverythingOnALine) {
  EXPECT_EQ(progress_sentence(halfway()),
            "chat/complete rpm:100000 parallel:500: 50%, 500.0k of 1.00M, 5:01 left, 100.0k of "
            "100.0k RPM, 84 in flight, p50 50.2 ms, p99 1.23 s, 3 errors");
}

TEST(ProgressLineTest, WarmingUpAndUnpaced) {
  RunProgress run;
  run.so_far.planned = 10;
  run.so_far.left = 15;
  run.so_far.departures = 2;
  run.so_far.in_flight = 2;
  run.so_far.is_warming_up = true;
  run.name = "x";
  EXPECT_EQ(progress_sentence(run), "x: 0%, warm-up, 0 RPM, 2 in flight, 0 errors");
  // Until its own rate is known, the one asked for tells the time.
  run.asked_rpm = 60;
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
      "chat/complete rpm:100000 parallel:500: 50%, 500.0k of 1.00M, 0:42 left, waiting 42 s for a "
      "retry, 0 of 100.0k RPM, 0 in flight, p50 50.2 ms, p99 1.23 s, 3 errors");
  EXPECT_EQ(progress_bar(run, 60), "50%  0:42 left  waiting 42 s for a retry  3 errors");
  // Without a rate too.
  run.asked_rpm = 0;
  EXPECT_NE(progress_sentence(run).find("0:42 left"), std::string::npos);
}

TEST(ProgressLineTest, HoursAndOneError) {
  RunProgress run = halfway();
  run.so_far.left = 3'725;
  run.so_far.failed = 1;
  run.recent_rpm = 60;
  EXPECT_EQ(progress_sentence(run),
            "chat/complete rpm:100000 parallel:500: 50%, 500.0k of 1.00M, 1:02:05 left, 60 of "
            "100.0k RPM, 84 in flight, p50 50.2 ms, p99 1.23 s, 1 error");
}

}  // namespace
}  // namespace paceline::programs::progress
