#include <gtest/gtest.h>
#include <programs/progress/figures.h>

namespace paceline::programs::progress {
namespace {

TEST(FiguresTest, CountsArePlainUpToFourDigits) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(9'999), "9999");
  EXPECT_EQ(count_text(10'000), "10.0k");
  EXPECT_EQ(count_text(100'000), "100.0k");
  EXPECT_EQ(count_text(999'949), "999.9k");
  EXPECT_EQ(count_text(999'950), "1.00M");
  EXPECT_EQ(count_text(1'250'000), "1.25M");
  EXPECT_EQ(count_text(999'999'999), "1.00G");
  EXPECT_EQ(count_text(3'000'000'000'000), "3.00T");
  EXPECT_EQ(count_text(18'446'744'073'709'551'615U), "18446744.07T");
}

TEST(FiguresTest, SlowRatesKeepADigit) {
  EXPECT_EQ(rate_text(0), "0");
  EXPECT_EQ(rate_text(1.1), "1.1");
  EXPECT_EQ(rate_text(6.0), "6");
  EXPECT_EQ(rate_text(9.97), "10");
  EXPECT_EQ(rate_text(66.4), "66");
  EXPECT_EQ(rate_text(100'003.4), "100.0k");
}

TEST(FiguresTest, ClocksRoundUp) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(0.1), "0:01");
  EXPECT_EQ(clock_text(300.2), "5:01");
  EXPECT_EQ(clock_text(3'725), "1:02:05");
}

}  // namespace
}  // namespace paceline::programs::progress
