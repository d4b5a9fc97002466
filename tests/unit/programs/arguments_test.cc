#include <gtest/gtest.h>
#include <programs/arguments.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace paceline::programs {
namespace {

using Texts = std::vector<std::string>;

const Texts known_flags{"--paceline_rpm", "--paceline_requests", "--paceline_timeout"};

TEST(ArgumentsTest, AnUnknownFlagNamesTheNearest) {
  EXPECT_EQ(why_unknown("--paceline_requets=5", known_flags),
            "unknown flag --paceline_requets; did you mean --paceline_requests?");
  EXPECT_EQ(why_unknown("--paceline-rpm", known_flags),
            "unknown flag --paceline-rpm; did you mean --paceline_rpm?");
  EXPECT_EQ(why_unknown("--paceline_frobnicate_all", known_flags),
            "unknown flag --paceline_frobnicate_all; see --help");
  EXPECT_EQ(why_unknown("file", known_flags), "unknown argument 'file'; see --help");
}

TEST(ArgumentsTest, APrefixThatFlagsShareMakesNoTwoOfThemNear) {
  EXPECT_EQ(why_unknown("--paceline_measure=chat/stream", {"--paceline_resume"}),
            "unknown flag --paceline_measure; see --help");
  EXPECT_EQ(
      why_unknown("--paceline_endpoint_reply_tokens=5", {"--paceline_endpoint_response_tokens"}),
      "unknown flag --paceline_endpoint_reply_tokens; did you mean "
      "--paceline_endpoint_response_tokens?");
}

TEST(ArgumentsTest, VariablesStandForFlags) {
  EXPECT_EQ(flag_value({"--a=1", "--a=2"}, "--a=", "NO_SUCH_VARIABLE", "0"), "2");
  EXPECT_EQ(flag_value({}, "--a=", "NO_SUCH_VARIABLE", "0"), "0");
}

TEST(ArgumentsTest, AnEmptyValueIsAnArgumentOfItsOwn) {
  std::string program = "p";
  std::string flag = "--paceline_system=";
  std::string other = "--benchmark_out=";
  std::vector<char*> argv{program.data(), flag.data(), other.data()};
  EXPECT_EQ(reversed_arguments(3, argv.data()),
            (Texts{"--benchmark_out=", "", "--paceline_system"}));
}

TEST(ArgumentsTest, GoogleBenchmarkMayTakeSomeAway) {
  BenchmarkArguments arguments("p", {"--a"});
  EXPECT_EQ(arguments.count(), 2);
  EXPECT_STREQ(arguments.data()[1], "--a");
  EXPECT_EQ(arguments.data()[2], nullptr);
}

class OutFileTest : public testing::Test {
 protected:
  OutFileTest() { clear(); }
  ~OutFileTest() override { clear(); }

  static void clear() {
    unsetenv("BENCHMARK_OUT");
    unsetenv("BENCHMARK_OUT_FORMAT");
  }
};

TEST_F(OutFileTest, IsNoneUnlessAskedFor) {
  EXPECT_EQ(read_out_file({"--benchmark_repetitions=2"}).name, "");
}

TEST_F(OutFileTest, ReadsTheFlagsAndTheLastWins) {
  const OutFile file = read_out_file({"--benchmark_out=a", "--benchmark_out_format=csv",
                                      "--benchmark_out=b", "--benchmark_out_format=console"});
  EXPECT_EQ(file.name, "b");
  EXPECT_EQ(file.format, "console");
}

TEST_F(OutFileTest, ReadsTheVariablesAndFlagsWin) {
  setenv("BENCHMARK_OUT", "from_variable", 1);
  setenv("BENCHMARK_OUT_FORMAT", "csv", 1);
  EXPECT_EQ(read_out_file({}).name, "from_variable");
  EXPECT_EQ(read_out_file({}).format, "csv");
  EXPECT_EQ(read_out_file({"--benchmark_out_format=json"}).format, "json");
  EXPECT_EQ(read_out_file({"--benchmark_out="}).name, "");
}

}  // namespace
}  // namespace paceline::programs
