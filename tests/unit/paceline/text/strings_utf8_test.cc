#include <gtest/gtest.h>
#include <paceline/text/strings.h>

#include <string>

namespace paceline::text {
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

TEST(Utf8Test, KnowsTheLengthOfACharacter) {
  EXPECT_EQ(character_length("a"), 1U);
  EXPECT_EQ(character_length("ñx"), 2U);
  EXPECT_EQ(character_length("漢x"), 3U);
  EXPECT_EQ(character_length("😀x"), 4U);
  EXPECT_EQ(character_length(""), 0U);
}

TEST(Utf8Test, WhatIsNoCharacterHasNone) {
  // A continuation alone, overlong forms, a surrogate, beyond U+10FFFF, cut, and wrong inside.
  for (const char* text : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80", "\xE6\xBC", "\xE6\x41\x41"}) {
    EXPECT_EQ(character_length(text), 0U) << text;
  }
}

TEST(Utf8Test, CutsBetweenCharacters) {
  EXPECT_EQ(cut_utf8("abc", 5), "abc");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("añ", 2), "a");
  EXPECT_EQ(cut_utf8("a😀b", 4), "a");
  EXPECT_EQ(cut_utf8("a😀b", 5), "a😀");
  EXPECT_EQ(cut_utf8("\x80\x80\x80\x80\x80\x80", 5).size(), 2U);
}

}  // namespace
}  // namespace paceline::text
