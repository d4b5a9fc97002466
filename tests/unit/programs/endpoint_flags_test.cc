#include <gtest/gtest.h>
#include <programs/options.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "../message_of.h"

namespace paceline::programs {
namespace {

using namespace std::chrono_literals;

EndpointOptions parsed_endpoint_flags(const std::string& text) {
  CLI::App app;
  EndpointOptions options;
  add_flags(app, "--", options);
  app.parse(text);
  return options;
}

TEST(EndpointFlagsTest, SetOptions) {
  const auto options = parsed_endpoint_flags(
      "--latency=5ms --latency_p99=50ms --slow_share=0.1 --slow_factor=1.5 --token_time=2ms "
      "--token_time_p99=20ms --response_tokens=7 --response_tokens_p99=70 --concurrency=3 "
      "--queue=0 --tool_calls=0.3 --tokens_per_event=2 --compressed "
      "--cache_tokens=5000");
  EXPECT_EQ(options.latency, 5ms);
  EXPECT_EQ(options.latency_p99, 50ms);
  EXPECT_EQ(options.slow_share, 0.1);
  EXPECT_EQ(options.slow_factor, 1.5);
  EXPECT_EQ(options.token_time, 2ms);
  EXPECT_EQ(options.token_time_p99, 20ms);
  EXPECT_EQ(options.response_tokens, 7U);
  EXPECT_EQ(options.response_tokens_p99, 70U);
  EXPECT_EQ(options.concurrency, 3U);
  EXPECT_EQ(options.queue, 0U);
  EXPECT_EQ(options.tool_calls, 0.3);
  EXPECT_EQ(options.cache_tokens, 5'000U);
  EXPECT_EQ(options.tokens_per_event, 2U);
  EXPECT_TRUE(options.compressed);
}

TEST(EndpointFlagsTest, SetLimitsAndFaults) {
  const auto options = parsed_endpoint_flags(
      "--rpm_limit=600 --tpm_limit=7000 --fault=reset:0.25,stall:0.5 --fault_after=0 "
      "--fault_time=20ms --idle_timeout=5s");
  EXPECT_EQ(options.rpm_limit, 600U);
  EXPECT_EQ(options.tpm_limit, 7'000U);
  ASSERT_EQ(options.faults.shares.size(), 2U);
  EXPECT_EQ(options.faults.shares[1].fault, Fault::stall);
  EXPECT_EQ(options.faults.shares[1].share, 0.5);
  EXPECT_EQ(options.faults.after, 0U);
  EXPECT_EQ(options.faults.time, 20ms);
  EXPECT_EQ(options.idle_timeout, 5s);
}

TEST(EndpointFlagsTest, LeaveTheDefaults) {
  const auto options = parsed_endpoint_flags("");
  EXPECT_EQ(options.token_time, std::nullopt);
  EXPECT_EQ(options.queue, std::nullopt);
  EXPECT_EQ(message_of(check_endpoint_flags(options, "--")), "");
}

TEST(EndpointFlagsTest, NameTheFlagsThatCannotBeUsedTogether) {
  const auto why = [](const std::string& text) {
    return message_of(check_endpoint_flags(parsed_endpoint_flags(text), "--x_"));
  };
  const std::string latency =
      "--x_latency_p99 must be at least --x_latency, and --x_latency must be positive";
  EXPECT_EQ(why("--latency_p99=1ms"), latency);
  EXPECT_EQ(why("--latency=10ms --latency_p99=5ms"), latency);
  EXPECT_TRUE(why("--token_time_p99=1ms").starts_with("--x_token_time_p99 must be"));
  EXPECT_TRUE(why("--response_tokens=10 --response_tokens_p99=9")
                  .starts_with("--x_response_tokens_p99 must be"));
  EXPECT_EQ(why("--queue=5"),
            "--x_queue needs --x_concurrency above 0: without a limit no request waits");
}

TEST(EndpointFlagsTest, RefuseWhatMakesNoSense) {
  EXPECT_THROW(parsed_endpoint_flags("--slow_factor=0.5"), CLI::ValidationError);
  EXPECT_THROW(parsed_endpoint_flags("--slow_share=2"), CLI::ValidationError);
  EXPECT_THROW(parsed_endpoint_flags("--response_tokens=0"), CLI::ValidationError);
  EXPECT_THROW(parsed_endpoint_flags("--response_tokens=1000001"), CLI::ValidationError);
  EXPECT_THROW(parsed_endpoint_flags("--concurrency=-1"), CLI::ParseError);
  EXPECT_THROW(parsed_endpoint_flags("--queue=-1"), CLI::ParseError);
  EXPECT_THROW(parsed_endpoint_flags("--rpm_limit=-1"), CLI::ParseError);
  EXPECT_THROW(parsed_endpoint_flags("--latency=1441m"), CLI::ValidationError);
  EXPECT_THROW(parsed_endpoint_flags("--fault=hang"), CLI::ValidationError);
  EXPECT_THROW(parsed_endpoint_flags("--fault=reset:0.6,close:0.6"), CLI::ValidationError);
}

TEST(EndpointFlagsTest, SayWhichNumbersTheyTake) {
  for (const char* name :
       {"slow_share", "slow_factor", "rpm_limit", "tpm_limit", "concurrency", "queue",
        "response_tokens", "response_tokens_p99", "cache_tokens", "fault_after"}) {
    for (const char* value : {"nan", "-nan", "inf", "-1", "1e400", "99999999999999999999999",
                              "0x10", "18446744073709551615", "", " 1", "1 ", "many"}) {
      const std::string flag = std::string("--") + name;
      CLI::App app;
      EndpointOptions options;
      add_flags(app, "--", options);
      try {
        app.parse(std::vector<std::string>{flag + "=" + value});
        ADD_FAILURE() << flag << "=" << value;
      } catch (const CLI::ValidationError& error) {
        const std::string sentence = error.what();
        EXPECT_NE(sentence.find(flag), std::string::npos) << sentence;
        EXPECT_NE(sentence.find("number from"), std::string::npos) << sentence;
        EXPECT_LT(sentence.size(), 120U) << sentence;
      } catch (const CLI::ParseError& error) {
        EXPECT_STREQ(value, "") << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace paceline::programs
