#include <gtest/gtest.h>
#include <paceline/text/wrapped.h>

namespace paceline::text {
namespace {

TEST(WrappedTest, LinesEndAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 7, 0), "one two\nthree\n");
  EXPECT_EQ(wrapped("one two three", 6, 0), "one\ntwo\nthree\n");
}

TEST(WrappedTest, TheIndentIsPartOfEachLine) {
  EXPECT_EQ(wrapped("one two three", 9, 2), "  one two\n  three\n");
  EXPECT_EQ(wrapped("one two three", 8, 2), "  one\n  two\n  three\n");
}

TEST(WrappedTest, ALongWordHasALineOfItsOwn) {
  EXPECT_EQ(wrapped("a longest b", 4, 0), "a\nlongest\nb\n");
}

TEST(WrappedTest, AnEmptyTextHasNoLine) {
  EXPECT_EQ(wrapped("", 10, 2), "");
  EXPECT_EQ(wrapped("  ", 10, 2), "");
}

}  // namespace
}  // namespace paceline::text
