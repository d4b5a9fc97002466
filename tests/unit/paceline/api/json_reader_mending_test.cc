#include <gtest/gtest.h>
#include <paceline/api/json_reader.h>

#include <string>
#include <string_view>

namespace paceline::api {
namespace {

std::string mended(std::string_view text) {
  std::string result;
  const bool has_mended = mend_json(text, result);
  EXPECT_EQ(has_mended, result != text) << text;
  return result;
}

TEST(JsonMendingTest, ALoneSurrogateIsReplaced) {
  EXPECT_EQ(mended(R"({"a":"x\ud83d"})"), R"({"a":"x\ufffd"})");
  EXPECT_EQ(mended(R"(["\uDC00\uD83D","\ud83d\ud83d"])"), R"(["\ufffd\ufffd","\ufffd\ufffd"])");
  EXPECT_EQ(mended(R"(["\ud83dA"])"), R"(["\ufffdA"])");
}

TEST(JsonMendingTest, APairIsKept) {
  const std::string text = R"(["\ud83d\ude00 \\ud83d \u00e9"])";
  EXPECT_EQ(mended(text), text);
}

TEST(JsonMendingTest, BytesThatAreNoTextAreReplaced) {
  EXPECT_EQ(mended("[\"a\xC3\",\"\xFF\",\"ñ\"]"), "[\"a\xEF\xBF\xBD\",\"\xEF\xBF\xBD\",\"ñ\"]");
}

TEST(JsonMendingTest, NumbersThatAreNoneBecomeNull) {
  EXPECT_EQ(mended("[NaN,-Infinity, Infinity ,-NaN]"), "[null,null, null ,null]");
  EXPECT_EQ(mended("[123456789012345678901,-9223372036854775809,1e999]"), "[null,null,null]");
  const std::string text = R"([18446744073709551615,-9223372036854775808,1.5e3,"NaN 1e999"])";
  EXPECT_EQ(mended(text), text);
}

TEST(JsonMendingTest, WhatEndsEarlyStaysBroken) {
  for (const char* text : {"", "\"", "\"\\", "{\"a\":\"\\u12", "[1,", "Na", "-"}) {
    EXPECT_EQ(mended(text), text);
  }
  EXPECT_EQ(mended(R"("\ud83d)"), R"("\ufffd)");
}

}  // namespace
}  // namespace paceline::api
