#include <gtest/gtest.h>
#include <programs/endpoint_flags.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace paceline {
namespace {

using namespace std::chrono_literals;

EndpointFlags parsed_endpoint_flags(const std::string& text) {
  CLI::App app;
  EndpointFlags flags;
  add_flags(app, "--", flags);
  app.parse(text);
  return flags;
}

EndpointOptions options_of(const std::string& text) {
  auto built = endpoint_options(parsed_endpoint_flags(text), "--", 1);
  if (const auto* why = std::get_if<std::string>(&built)) ADD_FAILURE() << *why;
  return std::get<EndpointOptions>(built);
}

TEST(EndpointFlagsTest, BecomeOptions) {
  auto options =
      options_of("--latency=5ms --token_time=2ms --response_tokens=7 --concurrency=3 --queue=0");
  EXPECT_EQ(options.latency.next(), 5ms);
  EXPECT_EQ(options.token_time.next(), 2ms);
  EXPECT_TRUE(options.whole_takes_token_time);
  EXPECT_EQ(options.response_tokens.next(), 7U);
  EXPECT_EQ(options.concurrency, 3U);
  EXPECT_EQ(options.queue, 0U);
}

TEST(EndpointFlagsTest, SetLimitsAndFaults) {
  const auto options = options_of(
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

TEST(EndpointFlagsTest, StandForAPlainEndpoint) {
  auto options = options_of("");
  EXPECT_EQ(options.latency.next(), 0ms);
  EXPECT_EQ(options.token_time.next(), default_stream_token_time);
  EXPECT_FALSE(options.whole_takes_token_time);
  EXPECT_EQ(options.response_tokens.next(), 16U);
  EXPECT_EQ(options.concurrency, 0U);
  EXPECT_EQ(options.queue, std::nullopt);
}

TEST(EndpointFlagsTest, TakeATokenTimeOfZeroForStreamsToo) {
  auto options = options_of("--token_time=0");
  EXPECT_EQ(options.token_time.next(), 0ms);
  EXPECT_TRUE(options.whole_takes_token_time);
}

TEST(EndpointFlagsTest, MakeTimesAndLengthsLognormal) {
  auto options = options_of(
      "--latency=5ms --latency_p99=50ms --token_time=2ms --token_time_p99=20ms "
      "--response_tokens=70 --response_tokens_p99=700");
  auto latency = LatencyModel::lognormal(5ms, 50ms, 1);
  auto token_time = LatencyModel::lognormal(2ms, 20ms, 2);
  auto length = LengthModel::lognormal(70, 700, 3);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(options.latency.next(), latency.next());
    EXPECT_EQ(options.token_time.next(), token_time.next());
    EXPECT_EQ(options.response_tokens.next(), length.next());
  }
}

TEST(EndpointFlagsTest, SlowAShareOfTheResponses) {
  EXPECT_EQ(options_of("--latency=5ms --slow_share=1 --slow_factor=1.5").latency.next(), 7'500us);
}

TEST(EndpointFlagsTest, SayWhichDoNotGoTogether) {
  const auto why = [](const std::string& text) {
    const auto built = endpoint_options(parsed_endpoint_flags(text), "--", 1);
    const auto* sentence = std::get_if<std::string>(&built);
    return sentence == nullptr ? std::string() : *sentence;
  };
  for (const char* text : {"--latency_p99=1ms", "--latency=10ms --latency_p99=5ms"}) {
    EXPECT_TRUE(why(text).starts_with("--latency_p99")) << text;
  }
  EXPECT_TRUE(why("--token_time_p99=1ms").starts_with("--token_time_p99"));
  EXPECT_TRUE(
      why("--response_tokens=10 --response_tokens_p99=9").starts_with("--response_tokens_p99"));
  EXPECT_TRUE(why("--queue=5").starts_with("--queue")) << why("--queue=5");
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
  for (const char* name : {"slow_share", "slow_factor", "rpm_limit", "tpm_limit", "concurrency",
                           "queue", "response_tokens", "response_tokens_p99", "fault_after"}) {
    for (const char* value : {"nan", "-nan", "inf", "-1", "1e400", "99999999999999999999999",
                              "0x10", "18446744073709551615", "", " 1", "1 ", "many"}) {
      const std::string flag = std::string("--") + name;
      CLI::App app;
      EndpointFlags flags;
      add_flags(app, "--", flags);
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
}  // namespace paceline
