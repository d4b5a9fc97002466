#include <gtest/gtest.h>
#include <paceline/run.h>

#include <chrono>

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

const RequestTimes times{.latency = 2s, .due_latency = 3s, .ttft = 500ms, .tpot = 20ms};

TEST(RequestObjectiveTest, EachLimitHasToHold) {
  EXPECT_TRUE(RequestObjective{}.is_met_by(times));
  EXPECT_TRUE((RequestObjective{2001ms, 3001ms, 501ms, 21ms}).is_met_by(times));
  EXPECT_FALSE((RequestObjective{1s, {}, {}, {}}).is_met_by(times));
  EXPECT_FALSE((RequestObjective{{}, 1s, {}, {}}).is_met_by(times));
  EXPECT_FALSE((RequestObjective{{}, {}, 1ms, {}}).is_met_by(times));
  EXPECT_FALSE((RequestObjective{{}, {}, {}, 1ms}).is_met_by(times));
}

TEST(RequestObjectiveTest, TheLimitItselfIsNotBelowIt) {
  EXPECT_FALSE((RequestObjective{2s, {}, {}, {}}).is_met_by(times));
}

TEST(RequestObjectiveTest, WhereThereIsNoTimeBetweenTokensThereIsNoneToKeep) {
  RequestTimes one_token = times;
  one_token.tpot.reset();
  EXPECT_TRUE((RequestObjective{{}, {}, {}, 1ms}).is_met_by(one_token));
}

}  // namespace
}  // namespace paceline::run
