#include <gtest/gtest.h>
#include <paceline/api/json_reader.h>
#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline::api {
namespace {

std::string outline_of(const std::string& text) {
  std::string outline;
  outline_json(text, outline);
  return outline;
}

void expect_json(const std::string& text) {
  simdjson::dom::parser parser;
  EXPECT_EQ(parser.parse(text).error(), simdjson::SUCCESS) << text.substr(0, 100);
}

TEST(JsonOutlineTest, ShortPartsStayAsTheyAre) {
  for (const char* text : {R"({"a": [1, 2.5e3, -1], "b\"\\": "c\u00e9\\", "d": true, "e": {}})", "",
                           "null", "[]", "[1,2", R"({"a": "b)", "\"", "no JSON, 1 2 3 \\"}) {
    EXPECT_EQ(outline_of(text), text);
  }
}

TEST(JsonOutlineTest, LongTextsAreCut) {
  const std::string text =
      R"({"choices":[{"message":{"content":")" + std::string(1 << 20U, 'x') + R"("}}],"usage":{}})";
  const std::string outline = outline_of(text);
  EXPECT_LT(outline.size(), 5'000U);
  EXPECT_TRUE(outline.ends_with(R"(xxx"}}],"usage":{}})"));
  expect_json(outline);
}

TEST(JsonOutlineTest, NoEscapeAndNoCharacterIsCutInTwo) {
  for (const std::string part : {"\\\\", "\\u00e9", "\\ud83d\\ude00", "\\\"", "é", "😀", "\\n"}) {
    for (std::size_t before = 0; before < 16; ++before) {
      std::string text = "[\"" + std::string(before, 'x');
      for (int i = 0; i < 5'000; ++i) text += part;
      const std::string outline = outline_of(text + "\",1]");
      EXPECT_LT(outline.size(), 5'000U);
      EXPECT_TRUE(outline.ends_with("\",1]"));
      expect_json(outline);
    }
  }
}

TEST(JsonOutlineTest, LongRowsOfNumbersAreCut) {
  std::string numbers = "-0.125";
  for (int i = 0; i < 100'000; ++i) numbers += i % 2 == 0 ? ", 1.5e-3" : ",\n 12";
  for (const std::string& text :
       {R"({"data":[{"embedding":[)" + numbers + R"(],"index":0}],"usage":{"prompt_tokens":3}})",
        "[" + numbers + ", \"text\"]", "[" + numbers + ",{\"a\":1}]", "[true," + numbers + "]",
        "{\"a\":1," + std::string(10'000, ' ') + "\"b\":2}"}) {
    const std::string outline = outline_of(text);
    EXPECT_LT(outline.size(), 10'100U);
    expect_json(outline);
  }
}

TEST(JsonReaderTest, ReadsWhatIsMended) {
  JsonReader reader;
  std::string text = "\xEF\xBB\xBF{\"a\":\"x\\ud83d\",\"b\":NaN}";
  simdjson::dom::element root;
  ASSERT_EQ(reader.parse(text).get(root), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(root["a"]), "x\xEF\xBF\xBD");
  EXPECT_TRUE(root["b"].is_null());
  std::string broken = "{\"a\":";
  EXPECT_NE(reader.parse(broken).error(), simdjson::SUCCESS);
  std::string next = R"([1])";
  EXPECT_EQ(reader.parse(next).error(), simdjson::SUCCESS);
}

}  // namespace
}  // namespace paceline::api
