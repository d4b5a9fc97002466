#include <gtest/gtest.h>
#include <paceline/text/emphasis.h>

namespace paceline::text {
namespace {

TEST(EmphasisTest, IsAnEscapeSequenceAndItsEnd) {
  EXPECT_EQ(emphasized("paced", Emphasis::good, true), "\x1b[32mpaced\x1b[0m");
  EXPECT_EQ(emphasized("late", Emphasis::warning, true), "\x1b[33mlate\x1b[0m");
  EXPECT_EQ(emphasized("failed", Emphasis::bad, true), "\x1b[31mfailed\x1b[0m");
  EXPECT_EQ(emphasized("chat", Emphasis::heading, true), "\x1b[1mchat\x1b[0m");
  EXPECT_EQ(emphasized("keys", Emphasis::quiet, true), "\x1b[2mkeys\x1b[0m");
}

TEST(EmphasisTest, ATextWithoutColoursStaysAsItIs) {
  EXPECT_EQ(emphasized("paced", Emphasis::good, false), "paced");
  EXPECT_EQ(emphasized("paced", Emphasis::none, true), "paced");
}

}  // namespace
}  // namespace paceline::text
