#include <gtest/gtest.h>
#include <paceline/text/utf8.h>

#include <string>

namespace paceline {
namespace {

TEST(ValidUtf8Test, LeavesGoodTextWhereItIs) {
  const std::string text = "prueba básica, 試験, 🙂";
  std::string repaired;
  EXPECT_EQ(valid_utf8(text, repaired).data(), text.data());
  EXPECT_EQ(valid_utf8({}, repaired), "");
}

TEST(ValidUtf8Test, ReplacesEachBadByte) {
  std::string repaired = "old";
  EXPECT_EQ(valid_utf8("\xff", repaired), "\uFFFD");
  EXPECT_EQ(valid_utf8("a\xc3(\xe2\x82", repaired), "a\uFFFD(\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80 🙂\xf0", repaired), "\uFFFD\uFFFD\uFFFD 🙂\uFFFD");
}

}  // namespace
}  // namespace paceline
