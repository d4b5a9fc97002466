#include <gtest/gtest.h>
#include <paceline/text/numbers.h>

namespace paceline::text {
namespace {

using namespace std::chrono_literals;

TEST(TimeTextTest, ThreeDigitsInTheUnitThatFits) {
  EXPECT_EQ(text::time_text(0ns), "0.00 us");
  EXPECT_EQ(text::time_text(1'234ns), "1.23 us");
  EXPECT_EQ(text::time_text(99'960ns), "100 us");
  EXPECT_EQ(text::time_text(999'400ns), "999 us");
  EXPECT_EQ(text::time_text(999'600ns), "1.00 ms");
  EXPECT_EQ(text::time_text(50'249us), "50.2 ms");
  EXPECT_EQ(text::time_text(999'600us), "1.00 s");
  EXPECT_EQ(text::time_text(125s), "125 s");
}

TEST(TimeTextTest, LongOnesInTwoUnits) {
  EXPECT_EQ(text::long_time_text(74'100ms), "75 s");
  EXPECT_EQ(text::long_time_text(250s), "4 min 10 s");
  EXPECT_EQ(text::long_time_text(7'500s), "2 h 5 min");
  EXPECT_EQ(text::long_time_text(26h), "26 h 0 min");
}

}  // namespace
}  // namespace paceline::text
