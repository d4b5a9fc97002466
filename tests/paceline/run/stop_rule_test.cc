#include <gtest/gtest.h>
#include <paceline/run/stop_rule.h>
#include <paceline/workload/workload.h>

namespace paceline {
namespace {

TEST(StopRuleTest, ARefusedKeyEndsTheRunAtOnce) {
  StopRule rule;
  EXPECT_FALSE(rule.add({}, 200));
  const auto why = rule.add(failed(Failure::http_4xx, "the server answered HTTP 401"), 401);
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("key"), std::string::npos);
}

TEST(StopRuleTest, AHostThatIsGoneEndsIt) {
  StopRule rule;
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(rule.add(failed(Failure::connect, "refused"), 0)) << i;
  }
  EXPECT_TRUE(rule.add(failed(Failure::connect, "refused"), 0));
}

TEST(StopRuleTest, AHostThatComesBackDoesNot) {
  StopRule rule;
  for (int i = 0; i < 400; ++i) {
    const bool is_up = i % 40 > 15;
    EXPECT_FALSE(is_up ? rule.add({}, 200) : rule.add(failed(Failure::connect, "refused"), 0)) << i;
  }
}

TEST(StopRuleTest, MoreThanHalfOfTheLastHundredFailingEndsIt) {
  StopRule rule;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(i % 2 == 0 ? rule.add({}, 200) : rule.add(failed(Failure::http_5xx, "oops"), 500));
  }
  // In place of a success: 51 of the last 100.
  EXPECT_TRUE(rule.add(failed(Failure::http_5xx, "oops"), 500));
}

TEST(StopRuleTest, ALimitThatIsMetDoesNot) {
  StopRule rule;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(rule.add(failed(Failure::http_429, "slow down"), 429));
  }
}

}  // namespace
}  // namespace paceline
