#include <gtest/gtest.h>
#include <paceline/run/verdict.h>
#include <paceline/workload.h>

#include <chrono>
#include <optional>
#include <string>

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

const Outcome oops = failed(Failure::http_5xx, "oops");
const Outcome refused = failed(Failure::connect, "refused");

/// A rule with a second's patience, and requests that end one a millisecond.
class StopRuleTest : public testing::Test {
 protected:
  std::optional<Error> add(Outcome outcome, long status) {
    now_ += 1ms;
    outcome.error.status = status;
    return rule_.add(outcome, now_);
  }

  StopRule rule_{1s};
  TimePoint now_ = TimePoint() + 1h;
};

TEST_F(StopRuleTest, ARefusedKeyEndsTheRunAtOnce) {
  EXPECT_FALSE(add({}, 200));
  const auto why = add(failed(Failure::http_4xx, "the server answered HTTP 401"), 401);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, ErrorCode::request_refused);
  EXPECT_EQ(why->status, 401);
  EXPECT_NE(why->message.find("key"), std::string::npos);
}

TEST_F(StopRuleTest, AForbiddenPromptIsNoRefusedKey) {
  const Outcome forbidden = failed(Failure::http_4xx, "the server answered HTTP 403");
  EXPECT_FALSE(add({}, 200));
  for (int i = 0; i < 40; ++i) EXPECT_FALSE(add(forbidden, 403)) << i;
}

TEST_F(StopRuleTest, AKeyThatIsForbiddenEverythingIsRefused) {
  const Outcome forbidden = failed(Failure::http_4xx, "the server answered HTTP 403");
  for (int i = 1; i < 20; ++i) EXPECT_FALSE(add(forbidden, 403)) << i;
  const auto why = add(forbidden, 403);
  ASSERT_TRUE(why);
  EXPECT_NE(why->message.find("key"), std::string::npos);
}

TEST_F(StopRuleTest, AHostThatIsGoneForLongEndsIt) {
  // With the 51st most of the last hundred have failed.
  for (int i = 1; i <= 51 + 999; ++i) EXPECT_FALSE(add(refused, 0)) << i;
  const auto why = add(refused, 0);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, ErrorCode::connect_failed);
  EXPECT_NE(why->message.find("no longer answers"), std::string::npos);
}

TEST_F(StopRuleTest, AHostThatComesBackInTimeDoesNot) {
  for (int outage = 0; outage < 5; ++outage) {
    for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(add(refused, 0)) << i;
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(add({}, 200)) << i;
  }
}

TEST_F(StopRuleTest, MoreThanHalfOfTheRequestsFailingEndsIt) {
  for (int i = 0; i < 2'000; ++i) EXPECT_FALSE(i % 2 == 0 ? add({}, 200) : add(oops, 500));
  int ended = 0;
  for (int i = 0; i < 2'000; ++i) ended += (i % 3 == 0 ? add({}, 200) : add(oops, 500)) ? 1 : 0;
  EXPECT_GT(ended, 0);
}

TEST_F(StopRuleTest, RareRequestsNeedNoFurtherPatience) {
  for (int i = 1; i <= 51; ++i) {
    now_ += 1s;
    EXPECT_FALSE(add(oops, 500)) << i;
  }
  now_ += 1s;
  EXPECT_TRUE(add(oops, 500));
}

TEST_F(StopRuleTest, ALimitThatIsMetDoesNot) {
  for (int i = 0; i < 3'000; ++i) EXPECT_FALSE(add(failed(Failure::http_429, "slow down"), 429));
}

}  // namespace
}  // namespace paceline::run
