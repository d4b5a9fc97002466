#include <gtest/gtest.h>
#include <paceline/text/strings.h>

namespace paceline::text {
namespace {

TEST(AsciiCaseTest, UpperAndLowerCaseAreEqual) {
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "content-lengTH"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("content", "content-length"));
  EXPECT_FALSE(equals_ignoring_case("a", "b"));
}

TEST(AsciiCaseTest, OnlyTheEndCounts) {
  EXPECT_TRUE(ends_with_ignoring_case("a.LocalHost", ".localhost"));
  EXPECT_TRUE(ends_with_ignoring_case("a", ""));
  EXPECT_FALSE(ends_with_ignoring_case("host", "localhost"));
  EXPECT_FALSE(ends_with_ignoring_case("localhost.test", "localhost"));
}

}  // namespace
}  // namespace paceline::text
