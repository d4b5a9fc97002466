#include <gtest/gtest.h>
#include <paceline/http/rate_limits.h>
#include <strings.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <deque>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

/// Header lines that are looked up by name.
class Lines : public ResponseHeaders {
 public:
  explicit Lines(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line, '\r') && !line.empty(); lines.ignore(1)) {
      const std::size_t colon = line.find(": ");
      lines_.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  std::optional<std::string_view> find(const char* name) const override {
    for (const auto& [known, value] : lines_) {
      if (strcasecmp(known.c_str(), name) == 0) return value;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

class LimitsTest : public testing::Test {
 protected:
  /// A response with these header lines.
  Response answered_with(const std::string& headers) {
    Response response;
    response.headers = &lines_.emplace_back(headers);
    return response;
  }

  std::deque<Lines> lines_;
};

TEST_F(LimitsTest, RetryAfterIsSecondsOrMillisecondsOrADate) {
  EXPECT_EQ(retry_after(answered_with("Retry-After: 7\r\n")), 7s);
  EXPECT_EQ(retry_after(answered_with("Retry-After: 7\r\nretry-after-ms: 250\r\n")), 250ms);
  EXPECT_EQ(retry_after(answered_with("")), std::nullopt);
  EXPECT_EQ(retry_after(answered_with("Retry-After: soon\r\n")), std::nullopt);
  EXPECT_EQ(retry_after(answered_with("Retry-After: -3\r\n")), std::nullopt);
  EXPECT_EQ(retry_after(answered_with("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n")), 0s);
  const std::time_t then = std::time(nullptr) + 60;
  std::tm parts{};
  gmtime_r(&then, &parts);
  std::array<char, 64> date{};
  std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  const auto wait = retry_after(answered_with("Retry-After: " + std::string(date.data()) + "\r\n"));
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, 60s);
  EXPECT_GE(*wait, std::chrono::seconds(then - std::time(nullptr)) - 1s);
}

TEST_F(LimitsTest, NoServerMakesUsWaitForMoreThanADay) {
  EXPECT_EQ(retry_after(answered_with("Retry-After: 99999999999999999999\r\n")), 24h);
}

TEST_F(LimitsTest, WhatTheAccountMaySend) {
  const RateLimits limits = rate_limits(
      answered_with("x-ratelimit-limit-requests: 500\r\nX-RateLimit-Remaining-Requests: 499\r\n"
                    "x-ratelimit-reset-requests: 120ms\r\nx-ratelimit-limit-tokens: 30000\r\n"));
  EXPECT_EQ(limits.requests.limit, 500U);
  EXPECT_EQ(limits.requests.remaining, 499U);
  EXPECT_EQ(limits.requests.reset, 120ms);
  EXPECT_EQ(limits.tokens.limit, 30'000U);
  EXPECT_EQ(limits.tokens.remaining, std::nullopt);
}

TEST_F(LimitsTest, RetryAfterCanBeAUnixTime) {
  const std::time_t then = std::time(nullptr) + 60;
  const auto wait = retry_after(answered_with("Retry-After: " + std::to_string(then) + "\r\n"));
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, 60s);
  EXPECT_GE(*wait, std::chrono::seconds(then - std::time(nullptr)) - 1s);
  EXPECT_EQ(retry_after(answered_with("Retry-After: 1500000000\r\n")), 0s);
}

TEST_F(LimitsTest, AbsurdLimitsAreNone) {
  const std::string endless = "1" + std::string(300, '0');
  for (const std::string& value : {std::string("9223372036854775808"), std::string("nan"),
                                   std::string("inf"), std::string("-5"), endless}) {
    EXPECT_EQ(
        rate_limits(answered_with("x-ratelimit-limit-requests: " + value + "\r\n")).requests.limit,
        std::nullopt)
        << value;
  }
}

/// What a limit allows, and of what it is.
std::string allowed(std::optional<std::uint64_t> limit, std::optional<std::uint64_t> remaining = {},
                    std::optional<std::chrono::nanoseconds> reset = {}) {
  const auto rate = allowed_rate({limit, remaining, reset});
  if (!rate) return "nothing";
  return std::to_string(std::lround(rate->per_minute)) + " " + std::string(rate->window);
}

TEST(AllowedRateTest, TheTimeToRefillTellsAMinutesLimitFromADays) {
  EXPECT_EQ(allowed(500, 499, 120ms), "500 minute");
  EXPECT_EQ(allowed(10'000, 9'990, 60ms), "10000 minute");
  EXPECT_EQ(allowed(14'400, 14'399, 6s), "10 day");
  EXPECT_EQ(allowed(14'400, 14'370, 180s), "10 day");
  EXPECT_EQ(allowed(6'000, 5'999, 600ms), "100 hour");
  // A window of its own.
  EXPECT_EQ(allowed(1'000, 999, 600ms), "100 ");
}

TEST(AllowedRateTest, ABucketCanHoldLessThanAMinutesLimit) {
  EXPECT_EQ(allowed(12'000, 199, 5ms), "12000 minute");
}

TEST(AllowedRateTest, WholeSecondsAreRounded) {
  EXPECT_EQ(allowed(500, 499, 1s), "500 minute");
}

TEST(AllowedRateTest, WindowsCanEndAtOnce) {
  EXPECT_EQ(allowed(100, 60, 59s), "100 minute");
  // 900 are left for 15 hours.
  EXPECT_EQ(allowed(1'000, 900, 15h), "1 ");
}

TEST(AllowedRateTest, ALimitAloneIsOfAMinute) {
  EXPECT_EQ(allowed(60), "60 minute");
  EXPECT_EQ(allowed(60, 60, 1s), "60 minute");
  EXPECT_EQ(allowed(60, 70, 1s), "60 minute");
  EXPECT_EQ(allowed(0, 0, 1s), "nothing");
  EXPECT_EQ(allowed(std::nullopt, 7, 1s), "nothing");
}

TEST(ParseResetTest, TakesWhatServersWrite) {
  EXPECT_EQ(parse_reset("1s"), 1s);
  EXPECT_EQ(parse_reset("6m0s"), 6min);
  EXPECT_EQ(parse_reset("20ms"), 20ms);
  EXPECT_EQ(parse_reset("1h2m3.5s"), 1h + 2min + 3'500ms);
  EXPECT_EQ(parse_reset("59.7"), 59'700ms);
  for (const char* wrong : {"", "soon", "-1s", "5x", "s"}) {
    EXPECT_EQ(parse_reset(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace paceline::http
