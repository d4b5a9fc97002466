#include <gtest/gtest.h>
#include <paceline/gbench/report.h>
#include <paceline/gbench/turn_counters.h>
#include <paceline/stats/turns.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;

TEST(TurnCountersTest, EachTurnHasItsOwn) {
  stats::Turns turns;
  turns.count({.turn = 0, .latency = 2s, .first_token = 1s, .prompt_tokens = 10});
  turns.count({.turn = 1, .latency = 4s, .prompt_tokens = 30, .cached_tokens = 10});
  turns.count({.turn = 1, .has_failed = true, .prompt_tokens = 50, .cached_tokens = 20});
  benchmark::UserCounters counters;
  set_turn_counters(counters, turns);
  EXPECT_EQ(counters["turn1_requests"], 1);
  EXPECT_EQ(counters["turn1_errors"], 0);
  EXPECT_NEAR(counters["turn1_ttft_p99"], 1, 0.01);
  EXPECT_EQ(counters["turn1_tokens_in"], 10);
  EXPECT_EQ(counters.count("turn1_cached_tokens"), 0) << "the server reported none";
  EXPECT_EQ(counters["turn2_requests"], 2);
  EXPECT_EQ(counters["turn2_errors"], 1);
  EXPECT_NEAR(counters["turn2_p50"], 4, 0.02);
  EXPECT_EQ(counters.count("turn2_ttft_p50"), 0);
  EXPECT_EQ(counters["turn2_tokens_in"], 40);
  EXPECT_EQ(counters["turn2_cached_tokens"], 15);
  EXPECT_EQ(counters.count("turn3_requests"), 0);
}

TEST(TurnCountersTest, WithoutSessionsThereAreNone) {
  benchmark::UserCounters counters;
  set_turn_counters(counters, {});
  EXPECT_TRUE(counters.empty());
}

TEST(TurnCountersTest, ARowOfEachTurnIsAskedForByOneName) {
  const std::vector<std::string> rows = with_each_turn({"p50", "turn_p99", "max"});
  EXPECT_EQ(rows.size(), 2 + stats::Turns::most);
  EXPECT_EQ(rows[0], "p50");
  EXPECT_EQ(rows[1], "turn1_p99");
  EXPECT_EQ(rows[stats::Turns::most], "turn32_p99");
  EXPECT_EQ(rows.back(), "max");
  for (const std::string& name : turn_times()) {
    const auto possible = possible_rows();
    EXPECT_NE(std::find(possible.begin(), possible.end(), name), possible.end()) << name;
  }
}

}  // namespace
}  // namespace paceline::gbench
