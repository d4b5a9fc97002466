#include <gtest/gtest.h>
#include <paceline/gbench/time_text.h>

namespace paceline {
namespace {

using namespace std::chrono_literals;

TEST(TimeTextTest, ThreeDigitsInTheUnitThatFits) {
  EXPECT_EQ(time_text(0ns), "0.00 us");
  EXPECT_EQ(time_text(1'234ns), "1.23 us");
  EXPECT_EQ(time_text(99'960ns), "100 us");
  EXPECT_EQ(time_text(999'400ns), "999 us");
  EXPECT_EQ(time_text(999'600ns), "1.00 ms");
  EXPECT_EQ(time_text(50'249us), "50.2 ms");
  EXPECT_EQ(time_text(999'600us), "1.00 s");
  EXPECT_EQ(time_text(125s), "125 s");
}

}  // namespace
}  // namespace paceline
