#include <endpoint/limits.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// Number of accepted requests if one comes every `gap` for `time`.
std::size_t taken(RateLimiter& limiter, nanoseconds gap, nanoseconds time,
                  std::uint64_t tokens = 0) {
  std::size_t count = 0;
  for (nanoseconds now{0}; now < time; now += gap) count += limiter.take(now, tokens) ? 0U : 1U;
  return count;
}

TEST(RateLimiterTest, TakesAllThatComeEvenlyAtTheLimit) {
  for (const std::uint64_t rpm : {1U, 7U, 60'000U, 100'000U}) {
    RateLimiter limiter(rpm, 0);
    const nanoseconds gap = std::chrono::ceil<nanoseconds>(
        std::chrono::duration<double>(60.0 / static_cast<double>(rpm)));
    EXPECT_EQ(taken(limiter, gap, 1'000 * gap), 1'000U) << rpm;
  }
}

TEST(RateLimiterTest, TakesNoMoreThanTheLimitAndASecondsWorth) {
  RateLimiter limiter(60'000, 0);
  // One minute at twice the rate.
  EXPECT_EQ(taken(limiter, 500us, 60s), 61'000U);
}

TEST(RateLimiterTest, StandsADelayThatBringsASecondsWorthAtOnce) {
  RateLimiter limiter(6'000, 0);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(limiter.take(1s, 0)) << i;
  EXPECT_FALSE(limiter.take(1s, 0));
  EXPECT_TRUE(limiter.take(1s, 0));
}

TEST(RateLimiterTest, SaysHowLongToWaitAndMeansIt) {
  RateLimiter limiter(60, 0);
  EXPECT_FALSE(limiter.take(0s, 0));
  EXPECT_FALSE(limiter.take(0s, 0));
  const auto refusal = limiter.take(250ms, 0);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->wait, 750ms);
  EXPECT_EQ(refusal->type, "requests");
  EXPECT_EQ(refusal->message,
            "Rate limit reached on requests per min (RPM): Limit 60. Please try again in 750ms.");
  EXPECT_TRUE(limiter.take(250ms + refusal->wait - 1ns, 0));
  EXPECT_FALSE(limiter.take(250ms + refusal->wait, 0));
}

TEST(RateLimiterTest, CountsTokensToo) {
  RateLimiter limiter(0, 60'000);
  // Ten seconds and one more earn 11,000 tokens.
  EXPECT_EQ(taken(limiter, 1ms, 10s, 10), 1'100U);
  EXPECT_FALSE(limiter.take(10s, 10));
  const auto refusal = limiter.take(10s, 10);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->type, "tokens");
}

TEST(RateLimiterTest, WhatTheOneRefusesTheOtherDoesNotCount) {
  RateLimiter limiter(60'000, 60);
  EXPECT_FALSE(limiter.take(0s, 100));
  const auto before = limiter.requests(0s)->remaining;
  EXPECT_TRUE(limiter.take(0s, 100));
  EXPECT_EQ(limiter.requests(0s)->remaining, before);
}

TEST(RateLimiterTest, TellsWhatIsLeft) {
  RateLimiter limiter(60'000, 0);
  EXPECT_FALSE(limiter.tokens(0s));
  auto level = *limiter.requests(5s);
  EXPECT_EQ(level.limit, 60'000U);
  EXPECT_EQ(level.remaining, 1'001U);
  EXPECT_EQ(level.reset, 0s);
  for (int i = 0; i < 11; ++i) EXPECT_FALSE(limiter.take(5s, 0));
  level = *limiter.requests(5s);
  EXPECT_EQ(level.remaining, 990U);
  EXPECT_EQ(level.reset, 11ms);
  std::size_t more = 0;
  while (!limiter.take(5s, 0)) ++more;
  EXPECT_EQ(more, 990U);
  EXPECT_EQ(limiter.requests(5s)->remaining, 0U);
}

TEST(ResetTextTest, IsWrittenAsInOpenAisHeaders) {
  EXPECT_EQ(reset_text(0s), "0ms");
  EXPECT_EQ(reset_text(1ns), "1ms");
  EXPECT_EQ(reset_text(12ms), "12ms");
  EXPECT_EQ(reset_text(1s), "1s");
  EXPECT_EQ(reset_text(1500ms), "1.5s");
  EXPECT_EQ(reset_text(86400ms), "1m26.4s");
  EXPECT_EQ(reset_text(6min), "6m0s");
}

}  // namespace
}  // namespace paceline::endpoint
