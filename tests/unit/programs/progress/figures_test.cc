#include <gtest/gtest.h>
#include <programs/progress/figures.h>

namespace paceline::programs::progress {
namespace {

TEST(FiguresTest, CountsAreShownAsOtherNumbersAre) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(100'000), "100.0k");
  EXPECT_EQ(count_text(18'446'744'073'709'551'615U), "18446744.1T");
}

TEST(FiguresTest, ClocksRoundUp) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(0.1), "0:01");
  EXPECT_EQ(clock_text(300.2), "5:01");
  EXPECT_EQ(clock_text(3'725), "1:02:05");
}

}  // namespace
}  // namespace paceline::programs::progress
