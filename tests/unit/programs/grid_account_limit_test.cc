#include <gtest/gtest.h>
#include <programs/grid.h>

#include <chrono>
#include <cstdint>

namespace paceline::programs {
namespace {

using namespace std::chrono_literals;

TEST(AccountLimitTest, AMinutesLimitIsTheRate) {
  const http::RateLimit limit{.limit = 600, .remaining = 500, .reset = 10s};
  EXPECT_EQ(limit_text("requests", limit), "600 requests a minute");
  EXPECT_EQ(rate_of_account(limit).value(), 600);
  EXPECT_EQ(
      account_lines({.requests = limit, .tokens = {}}),
      std::vector<std::string>{"The account may send 600 requests a minute; 500 are left now."});
}

TEST(AccountLimitTest, ADaysLimitIsWhatComesBackInAMinute) {
  const http::RateLimit limit{.limit = 14'400, .remaining = 14'399, .reset = 6s};
  EXPECT_EQ(limit_text("requests", limit), "14400 requests a day");
  EXPECT_EQ(rate_of_account(limit).value(), 10);
}

TEST(AccountLimitTest, WithoutAUsableLimitThereIsASentence) {
  for (const http::RateLimit& limit :
       {http::RateLimit{}, http::RateLimit{.limit = 24, .remaining = 23, .reset = 3600s},
        http::RateLimit{.limit = 9'000'000'000'000, .remaining = 9'000'000'000'000, .reset = 1s}}) {
    EXPECT_FALSE(rate_of_account(limit));
  }
  EXPECT_TRUE(account_lines({}).empty());
}

}  // namespace
}  // namespace paceline::programs
