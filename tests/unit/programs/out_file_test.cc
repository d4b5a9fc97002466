#include <gtest/gtest.h>
#include <programs/out_file.h>

#include <cstdlib>

namespace paceline {
namespace {

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
}  // namespace paceline
