#include <gtest/gtest.h>
#include <paceline/run/retry.h>
#include <paceline/workload.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

Outcome after(Failure failure, long status) {
  return failed(failure, Error{ErrorCode::request_failed, "why", status});
}

TEST(RetryTest, OnlyWhatMayGoBetterIsTriedAgain) {
  EXPECT_FALSE(is_worth_retrying({}));
  EXPECT_TRUE(is_worth_retrying(after(Failure::http_429, 429)));
  EXPECT_TRUE(is_worth_retrying(after(Failure::http_5xx, 503)));
  EXPECT_TRUE(is_worth_retrying(after(Failure::connect, 0)));
  EXPECT_TRUE(is_worth_retrying(after(Failure::reset, 0)));
  EXPECT_TRUE(is_worth_retrying(after(Failure::http_4xx, 408)));
  EXPECT_TRUE(is_worth_retrying(after(Failure::http_4xx, 409)));
  EXPECT_FALSE(is_worth_retrying(after(Failure::http_4xx, 400)));
  EXPECT_FALSE(is_worth_retrying(after(Failure::bad_response, 200)));
  // It may be at work on it still: sending it again would pay twice.
  EXPECT_FALSE(is_worth_retrying(after(Failure::timeout, 0)));
}

TEST(BackoffTest, WaitsAsLongAsTheServerAsksAndALittleMore) {
  Backoff backoff(1, 60s);
  std::chrono::nanoseconds shortest = 1h;
  std::chrono::nanoseconds longest{0};
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_GE(*backoff.wait(1, 1000ms), 1000ms);
    EXPECT_LE(*backoff.wait(1, 1000ms), 1250ms);
    const auto wait = *backoff.wait(7, 1ms);
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }
  // Over more than a period of any limit that asks for so short a wait.
  EXPECT_GE(shortest, 1ms);
  EXPECT_LE(longest, 11ms);
  EXPECT_GT(longest - shortest, 9ms);
}

TEST(BackoffTest, IsAnythingUpToABoundThatDoublesToHalfAMinute) {
  Backoff backoff(1, 60s);
  for (const auto& [tries, bound] :
       {std::pair{1U, 500ms}, {2U, 1000ms}, {4U, 4000ms}, {7U, 30'000ms}, {100U, 30'000ms}}) {
    std::chrono::nanoseconds longest{0};
    std::chrono::nanoseconds sum{0};
    for (int i = 0; i < 1'000; ++i) {
      const auto wait = *backoff.wait(tries, {});
      longest = std::max(longest, wait);
      sum += wait;
    }
    EXPECT_LE(longest, bound) << tries;
    EXPECT_GT(longest, bound * 9 / 10) << tries;
    EXPECT_NEAR(static_cast<double>(sum.count()) / 1'000 / static_cast<double>(longest.count()),
                0.5, 0.05);
  }
}

TEST(BackoffTest, DoesNotWaitForLongerThanItMay) {
  Backoff backoff(1, 2s);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_LE(*backoff.wait(7, {}), 2s);
    EXPECT_LE(*backoff.wait(1, 1900ms), 2s);
    EXPECT_LE(*backoff.wait(1, 2s), 2010ms);
  }
  EXPECT_FALSE(backoff.wait(1, 2001ms));
  EXPECT_FALSE(backoff.wait(1, 24h));
}

}  // namespace
}  // namespace paceline::run
