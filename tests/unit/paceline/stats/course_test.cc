#include <gtest/gtest.h>
#include <paceline/stats/course.h>

#include <chrono>

#include "simulated_server.h"

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

TEST(CourseTest, NeedsRequestsInEachThird) {
  Course course;
  EXPECT_FALSE(course.thirds());
  for (int i = 0; i < 14; ++i) course.record(i * 1s, 100ms);
  EXPECT_FALSE(course.thirds());
  course.record(14s, 100ms);
  EXPECT_TRUE(course.thirds());
}

TEST(CourseTest, TellsTheMeanOfEachThirdHoweverLongTheRun) {
  for (const int requests : {60, 6'000, 600'000}) {
    Course course;
    for (int i = 0; i < requests; ++i) {
      course.record(i * 10ms, i < requests / 2 ? 100ms : 300ms);
    }
    const auto thirds = course.thirds();
    ASSERT_TRUE(thirds);
    EXPECT_NEAR(thirds->first, 0.1, 1e-6);
    EXPECT_NEAR(thirds->second, 0.2, 0.01);
    EXPECT_NEAR(thirds->last, 0.3, 1e-6);
    EXPECT_NEAR(thirds->duration, requests * 0.01 / 3, requests * 0.01 * 0.02);
  }
}

TEST(CourseTest, StripesOfUnequalLengthAddUp) {
  Course whole;
  Course shorter;
  Course longer;
  for (int i = 0; i < 3'000; ++i) {
    const auto latency = std::chrono::milliseconds(i);
    (i < 100 ? shorter : longer).record(i * 1s, latency);
    whole.record(i * 1s, latency);
  }
  for (Course merged : {shorter, longer}) {
    merged.merge(merged.thirds()->last < 1 ? longer : shorter);
    EXPECT_NEAR(merged.thirds()->first, whole.thirds()->first, 1e-9);
    EXPECT_NEAR(merged.thirds()->last, whole.thirds()->last, 1e-9);
  }
}

TEST(CourseTest, AQueueThatFillsGrowsSteadily) {
  // 4 at once of 200 ms each do 1,200 RPM.
  const RunTally tally = simulate(
      {.rpm = 3'000, .parallel = 1'000, .requests = 200, .concurrency = 4, .service = nearly(0.2)});
  const auto thirds = tally.course.thirds();
  ASSERT_TRUE(thirds);
  EXPECT_TRUE(thirds->grew_steadily());
  // 50 a second come and 20 a second go.
  EXPECT_NEAR(thirds->growth(), 1.5, 0.1);
}

TEST(CourseTest, AServerThatKeepsUpDoesNot) {
  int grew = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    // At 80% of what it can do.
    const RunTally tally = simulate({.rpm = 2'400,
                                     .parallel = 1'000,
                                     .requests = 1'000,
                                     .concurrency = 10,
                                     .service = lognormal(0.17, 0.5),
                                     .seed = seed,
                                     .is_poisson = true});
    grew += tally.course.thirds()->grew_steadily() ? 1 : 0;
    for (const double sigma : {0.3, 1.0}) {
      const RunTally free = simulate({.rpm = 600,
                                      .parallel = 1'000,
                                      .requests = 100,
                                      .service = lognormal(0.5, sigma),
                                      .seed = seed});
      grew += free.course.thirds()->grew_steadily() ? 1 : 0;
    }
  }
  EXPECT_LE(grew, 3);
}

}  // namespace
}  // namespace paceline::stats
