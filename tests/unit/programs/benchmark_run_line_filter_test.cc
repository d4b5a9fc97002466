#include <gtest/gtest.h>
#include <programs/benchmark_run.h>

#include <sstream>

namespace paceline::programs {
namespace {

TEST(LineFilterTest, HandsOnAllButTheDroppedLines) {
  std::ostringstream out;
  {
    LineFilter filter(out, "***WARNING*** Library");
    filter << "one\n***WARN"
           << "ING*** Library was built as DEBUG\n***WARNING*** CPU scaling\ntwo";
    EXPECT_EQ(out.str(), "one\n***WARNING*** CPU scaling\n");
    filter << std::flush;
    EXPECT_EQ(out.str(), "one\n***WARNING*** CPU scaling\ntwo");
    filter << "\n***WARNING***" << std::flush;
    // It may yet become one to drop.
    EXPECT_EQ(out.str(), "one\n***WARNING*** CPU scaling\ntwo\n");
  }
  EXPECT_EQ(out.str(), "one\n***WARNING*** CPU scaling\ntwo\n");
}

}  // namespace
}  // namespace paceline::programs
