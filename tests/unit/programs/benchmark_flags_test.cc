#include <gtest/gtest.h>
#include <programs/benchmark_flags.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "../message_of.h"

namespace paceline::programs {
namespace {

const std::vector<std::string> other_flags{"--paceline_rpm", "--paceline_requests"};

TEST(BenchmarkFlagsTest, AreTakenAsTheyMayBe) {
  EXPECT_EQ(message_of(check_benchmark_flags(
                {"--benchmark_filter=x", "--benchmark_repetitions=9", "--v=1"}, other_flags)),
            "");
  for (const char* flag :
       {"--benchmark_repetitions=-1", "--benchmark_repetitions=0", "--benchmark_repetitions=x",
        "--benchmark_repetitions=", "--benchmark_min_warmup_time=0.5", "--benchmark_x", "x"}) {
    EXPECT_NE(message_of(check_benchmark_flags({flag}, other_flags)), "") << flag;
  }
}

TEST(BenchmarkFlagsTest, AreSuggested) {
  EXPECT_EQ(message_of(check_benchmark_flags({"--benchmark_fliter=x"}, other_flags)),
            "unknown flag --benchmark_fliter; did you mean --benchmark_filter?");
}

TEST(BenchmarkFlagsTest, VariablesStandForThem) {
  setenv("BENCHMARK_REPETITIONS", "-1", 1);
  EXPECT_NE(message_of(check_benchmark_flags({}, other_flags)), "");
  EXPECT_EQ(message_of(check_benchmark_flags({"--benchmark_repetitions=2"}, other_flags)), "");
  unsetenv("BENCHMARK_REPETITIONS");
}

TEST(BenchmarkFlagsTest, AValueMayBeAnArgumentOfItsOwn) {
  const std::vector<std::string> given{
      "--benchmark_out", "x.json", "--benchmark_list_tests", "y", "--v", "--benchmark_format"};
  EXPECT_EQ(with_joined_values(given),
            (std::vector<std::string>{"--benchmark_out=x.json", "--benchmark_list_tests", "y",
                                      "--v", "--benchmark_format"}));
}

}  // namespace
}  // namespace paceline::programs
