#include <gtest/gtest.h>
#include <programs/grid.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

#include "../message_of.h"

namespace paceline::programs {
namespace {

using namespace std::chrono_literals;

GridFlags parsed_grid(const std::string& text) {
  CLI::App app;
  GridFlags flags;
  add_flags(app, flags);
  app.parse(text);
  return flags;
}

TEST(GridTest, WhatIsNotAskedForIsUsual) {
  const Grid usual{{60}, {10}, 70};
  const Grid grid = make_grid({}, usual);
  EXPECT_EQ(grid.rpm, usual.rpm);
  EXPECT_EQ(grid.parallel, usual.parallel);
  EXPECT_EQ(grid.requests_at(60), 70);
  EXPECT_EQ(grid.time(), 70s);
}

TEST(GridTest, HasARunOfEachPair) {
  const Grid grid = make_grid(
      parsed_grid("--paceline_rpm=600,1200 --paceline_parallel=1,2,3 --paceline_requests=100"), {});
  EXPECT_EQ(grid.runs(), 6U);
  // 10 s and 5 s, three times.
  EXPECT_EQ(grid.time(), 45s);
}

TEST(GridTest, ADurationGivesEachRateItsRequests) {
  const Grid grid = make_grid(
      parsed_grid("--paceline_rpm=600,100000 --paceline_duration=20s --paceline_parallel=1"), {});
  EXPECT_EQ(grid.requests_at(600), 200);
  EXPECT_EQ(grid.requests_at(100'000), 33'334);
  EXPECT_EQ(grid.requests_at(1), 1);
  EXPECT_NEAR(std::chrono::duration<double>(grid.time()).count(), 40, 0.001);
}

TEST(GridTest, UnpacedRunsTakeNobodyKnowsHowLong) {
  EXPECT_EQ(make_grid(parsed_grid("--paceline_rpm=0 --paceline_parallel=1"), {}).time(), 0s);
}

TEST(GridTest, ADurationNeedsARateAndNoNumber) {
  EXPECT_EQ(message_of(check(parsed_grid("--paceline_duration=20s --paceline_rpm=60"))), "");
  EXPECT_NE(message_of(check(parsed_grid("--paceline_duration=20s --paceline_requests=5"))), "");
  EXPECT_NE(message_of(check(parsed_grid("--paceline_duration=20s --paceline_rpm=60,0"))), "");
}

TEST(GridTest, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"--paceline_rpm=-1", "--paceline_rpm=nan", "--paceline_parallel=0",
        "--paceline_requests=-1", "--paceline_requests=1e3", "--paceline_requests=99999999999",
        "--paceline_duration=20", "--paceline_duration=1000000h"}) {
    EXPECT_THROW(parsed_grid(text), CLI::ValidationError) << text;
  }
}

}  // namespace
}  // namespace paceline::programs
