#include <gtest/gtest.h>
#include <programs/given_flags.h>
#include <programs/options.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace paceline::programs {
namespace {

std::string given(std::vector<std::string> arguments) {
  CLI::App app;
  Options options;
  app.option_defaults()->take_last();
  add_flags(app, options);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(std::move(arguments));
  return given_flags(app);
}

TEST(GivenFlagsTest, AreThoseThatWereSet) {
  EXPECT_EQ(given({}), "");
  EXPECT_EQ(given({"--paceline_warmup=1", "--paceline_warmup=7", "--paceline_log_responses",
                   "--paceline_log=a log.sqlite"}),
            "--paceline_warmup=7 --paceline_log='a log.sqlite' --paceline_log_responses");
}

TEST(GivenFlagsTest, AreQuotedForAShell) {
  EXPECT_EQ(given({"--paceline_log=it's"}), R"(--paceline_log='it'\''s')");
  EXPECT_EQ(given({"--paceline_log=$HOME"}), "--paceline_log='$HOME'");
}

TEST(GivenFlagsTest, ShowNoSecretOfAHeader) {
  EXPECT_EQ(given({"--paceline_header=x-team: 7", "--paceline_header=X-Api-Key: abc",
                   "--paceline_header=cookie: env:COOKIE"}),
            "--paceline_header='x-team: 7' --paceline_header='X-Api-Key: [removed]' "
            "--paceline_header='cookie: env:COOKIE'");
}

TEST(GivenFlagsTest, ShowNeitherUserNorQueryOfAUrl) {
  EXPECT_EQ(given({"--paceline_url=https://me:abc@host/v1?key=abc"}),
            "--paceline_url='https://host/v1?[removed]'");
  EXPECT_EQ(given({"--paceline_url=https://host/v1"}), "--paceline_url=https://host/v1");
}

TEST(GivenFlagsTest, ShowNoSecretOfABody) {
  EXPECT_EQ(
      given({R"(--paceline_body={"api_key":"abc","max_tokens":7,"a":[{"token":"abc"}]})"}),
      R"(--paceline_body='{"api_key":"[removed]","max_tokens":7,"a":[{"token":"[removed]"}]}')");
}

TEST(GivenFlagsTest, CutLongValues) {
  const std::string flags = given({"--paceline_log=" + std::string(1'000, 'x')});
  EXPECT_LT(flags.size(), 400U);
  EXPECT_TRUE(flags.ends_with("x…'")) << flags;
}

TEST(GivenBenchmarkFlagsTest, AreQuotedForAShell) {
  EXPECT_EQ(given_benchmark_flags({}), "");
  EXPECT_EQ(given_benchmark_flags({"--benchmark_filter=a|b's", "--benchmark_repetitions=3", "--v"}),
            R"(--benchmark_filter='a|b'\''s' --benchmark_repetitions=3 --v)");
}

TEST(GivenBenchmarkFlagsTest, NameNoFileOfResults) {
  EXPECT_EQ(given_benchmark_flags({"--benchmark_out=r.json", "--benchmark_out_format=json",
                                   "--benchmark_min_time=1"}),
            "--benchmark_min_time=1");
}

}  // namespace
}  // namespace paceline::programs
