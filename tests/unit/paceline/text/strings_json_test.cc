#include <gtest/gtest.h>
#include <paceline/text/strings.h>

#include <string>

namespace paceline::text {
namespace {

TEST(JsonTest, QuotesWhatJsonForbids) {
  EXPECT_EQ(json_quoted("a\"b\\c\n\x01é"), R"("a\"b\\c\u000a\u0001é")");
}

TEST(JsonTest, AppendsAfterWhatIsThere) {
  std::string out = "[";
  append_json_string("", out);
  EXPECT_EQ(out, "[\"\"");
}

TEST(JsonTest, EscapesControlCharactersThatJsonAllows) {
  EXPECT_EQ(json_quoted("\x7f \u0080\u009b31m \u00a0é"), "\"\\u007f \\u0080\\u009b31m \u00a0é\"");
  std::string json = "{\"a\":\"\u009b\u00a0\x7f\"}";
  escape_controls(json);
  EXPECT_EQ(json, "{\"a\":\"\\u009b\u00a0\\u007f\"}");
}

TEST(JsonTest, ReplacesOnlyTheBytesThatAreNotUtf8) {
  EXPECT_EQ(json_quoted("é\xff\"\xC2"), "\"é\uFFFD\\\"\uFFFD\"");
  std::string json = "\"\xC2";
  escape_controls(json);
  EXPECT_EQ(json, "\"\xC2");
}

TEST(JsonTest, AppendsNumbersWithLeadingZeros) {
  std::string out = "n";
  append_number(0, out);
  append_number(42, out, 5);
  append_number(123, out, 2);
  EXPECT_EQ(out, "n000042123");
}

}  // namespace
}  // namespace paceline::text
