#include <endpoint/options.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

std::vector<FaultShare> shares_of(const std::string& text) {
  const auto parsed = parse_faults(text);
  if (!parsed) {
    ADD_FAILURE() << parsed.error().message;
    return {};
  }
  return *parsed;
}

std::string why_not(const std::string& text) {
  const auto parsed = parse_faults(text);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().code, ErrorCode::invalid_value);
  return parsed.error().message;
}

TEST(FaultsTest, AreReadWithTheirShares) {
  const auto shares = shares_of("http_500:0.25,reset:0.002");
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0].fault, Fault::http_500);
  EXPECT_EQ(shares[0].share, 0.25);
  EXPECT_EQ(shares[1].fault, Fault::reset);
  EXPECT_EQ(shares[1].share, 0.002);
  EXPECT_EQ(shares_of("stall")[0].share, 1);
}

TEST(FaultsTest, OfEachNameAreKnown) {
  std::string all = fault_names();
  for (std::size_t at = 0; (at = all.find(", ", at)) != std::string::npos;) {
    all.replace(at, 2, ":0.01,");
  }
  EXPECT_EQ(shares_of(all + ":0.01").size(), 14U) << all;
}

TEST(FaultsTest, SayWhatIsWrongAndHowToWriteIt) {
  EXPECT_NE(why_not("hang:0.1").find("'hang' is not a fault; the faults are http_500, "),
            std::string::npos);
  EXPECT_NE(why_not("").find("'' is not a fault"), std::string::npos);
  for (const char* text : {"reset:0", "reset:-1", "reset:2", "reset:", "reset:1%", "reset:nan"}) {
    EXPECT_NE(why_not(text).find("is not a share above 0 and at most 1"), std::string::npos)
        << text;
  }
  EXPECT_NE(why_not("reset:0.6,close:0.6").find("add up to 1.2"), std::string::npos);
  EXPECT_EQ(why_not("reset:0.4,close:0.6"), "");
}

/// The reason and the field, such as "range latency"; empty: all options can be used.
std::string invalid(const EndpointOptions& options) {
  const auto found = find_invalid_option(options);
  if (!found) return "";
  const std::string field(found->field);
  switch (found->reason) {
    case InvalidOption::Reason::out_of_range:
      return "range " + field;
    case InvalidOption::Reason::above_p99:
      return "p99 " + field;
    case InvalidOption::Reason::queue_without_concurrency:
      return "concurrency " + field;
    case InvalidOption::Reason::key_without_certificate:
      return "certificate " + field;
  }
  return "";
}

TEST(InvalidOptionTest, DefaultsCanBeUsed) {
  EXPECT_EQ(invalid({}), "");
}

TEST(InvalidOptionTest, AP99IsAtLeastItsMedianWhichIsPositive) {
  EXPECT_EQ(invalid({.latency = 5ms, .latency_p99 = 5ms}), "");
  EXPECT_EQ(invalid({.latency = 10ms, .latency_p99 = 5ms}), "p99 latency");
  EXPECT_EQ(invalid({.latency_p99 = 5ms}), "p99 latency");
  EXPECT_EQ(invalid({.token_time_p99 = 10ms}), "p99 token_time");
  EXPECT_EQ(invalid({.token_time = 20ms, .token_time_p99 = 10ms}), "p99 token_time");
  EXPECT_EQ(invalid({.response_tokens = 10, .response_tokens_p99 = 9}), "p99 response_tokens");
}

TEST(InvalidOptionTest, AQueueNeedsAConcurrency) {
  EXPECT_EQ(invalid({.queue = 5}), "concurrency queue");
  EXPECT_EQ(invalid({.concurrency = 1, .queue = 5}), "");
}

TEST(InvalidOptionTest, AKeyNeedsItsCertificate) {
  EXPECT_EQ(invalid({.key_file = "server.key"}), "certificate key_file");
  EXPECT_EQ(invalid({.cert_file = "server.pem", .key_file = "server.key"}), "");
}

TEST(InvalidOptionTest, NumbersHaveARange) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [options, field] : std::vector<std::pair<EndpointOptions, std::string>>{
           {{.latency = -1ns}, "latency"},
           {{.latency = 25h}, "latency"},
           {{.slow_share = 1.1}, "slow_share"},
           {{.slow_share = nan}, "slow_share"},
           {{.slow_factor = 0.9}, "slow_factor"},
           {{.token_time = -1ns}, "token_time"},
           {{.response_tokens = 0}, "response_tokens"},
           {{.response_tokens = 1'000'001}, "response_tokens"},
           {{.rpm_limit = 1'000'000'000'001}, "rpm_limit"},
           {{.faults = {.shares = {{Fault::reset, 0}}}}, "faults.shares"},
           {{.faults = {.shares = {{Fault::reset, 0.6}, {Fault::close, 0.6}}}}, "faults.shares"},
           {{.faults = {.time = -1ns}}, "faults.time"},
           {{.max_connections = 0}, "max_connections"},
           {{.tokens_per_event = 0}, "tokens_per_event"},
           {{.tokens_per_event = 1'001}, "tokens_per_event"},
           {{.tool_calls = 1.1}, "tool_calls"},
           {{.idle_timeout = 25h}, "idle_timeout"}}) {
    EXPECT_EQ(invalid(options), "range " + field);
  }
}

}  // namespace
}  // namespace paceline::endpoint
