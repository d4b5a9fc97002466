#include <gtest/gtest.h>
#include <paceline/gbench/endpoint_flags.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <variant>

namespace paceline {
namespace {

using namespace std::chrono_literals;

EndpointFlags parsed(const std::string& text) {
  CLI::App app;
  EndpointFlags flags;
  add_flags(app, "--", flags);
  app.parse(text);
  return flags;
}

TEST(EndpointFlagsTest, BecomeOptions) {
  auto built = endpoint_options(parsed("--latency=5ms --reply_tokens=7"), "--", 1);
  auto& options = std::get<EndpointOptions>(built);
  EXPECT_EQ(options.latency.next(), 5ms);
  EXPECT_EQ(options.reply_tokens, 7U);
}

TEST(EndpointFlagsTest, SlowAShareOfTheReplies) {
  auto built = endpoint_options(parsed("--latency=5ms --slow_share=1 --slow_factor=1.5"), "--", 1);
  EXPECT_EQ(std::get<EndpointOptions>(built).latency.next(), 7'500us);
}

TEST(EndpointFlagsTest, SayWhichDoNotGoTogether) {
  for (const char* text : {"--latency_p99=1ms", "--latency=10ms --latency_p99=5ms"}) {
    const auto built = endpoint_options(parsed(text), "--", 1);
    const auto* why = std::get_if<std::string>(&built);
    ASSERT_NE(why, nullptr) << text;
    EXPECT_TRUE(why->starts_with("--latency_p99")) << *why;
  }
}

TEST(EndpointFlagsTest, RefuseWhatMakesNoSense) {
  EXPECT_THROW(parsed("--slow_factor=0.5"), CLI::ValidationError);
  EXPECT_THROW(parsed("--slow_share=2"), CLI::ValidationError);
  EXPECT_THROW(parsed("--reply_tokens=0"), CLI::ValidationError);
}

}  // namespace
}  // namespace paceline
