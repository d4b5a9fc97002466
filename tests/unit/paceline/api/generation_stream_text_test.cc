#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "generation_reading.h"

namespace paceline::api {
namespace {

/// The body that a log keeps of a stream of chat completion chunks.
std::string whole_of(const std::vector<std::string>& pieces) {
  Reading reading("/chat/completions", true);
  reading.take(pieces);
  EXPECT_FALSE(reading.finish().failure);
  return reading.response_.body;
}

TEST(StreamedTextTest, KeepsWhatEachChunkBrings) {
  EXPECT_EQ(
      whole_of(
          {event(R"({"id":"a","created":1,"model":"m","usage":null,)"
                 R"("choices":[{"delta":{"content":"one "},"finish_reason":null}]})"),
           event(R"({"id":"a","choices":[{"delta":{"content":"two"},"finish_reason":"length"}]})"),
           event(R"({"id":"a","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}})")}),
      R"({"id":"a","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"one two"},"finish_reason":"length"}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2}})");
}

TEST(StreamedTextTest, OfManyUsagesTheLastCounts) {
  const std::string whole =
      whole_of({event(R"({"usage":{"completion_tokens":1},"choices":[]})"),
                event(R"({"usage":{"completion_tokens":2},"choices":[]})"),
                event(R"({"usage":null,"choices":[]})"), text_chunk("x"), done});
  EXPECT_NE(whole.find(R"("usage":{"completion_tokens":2}})"), std::string::npos) << whole;
}

TEST(StreamedTextTest, WhatNeverCameIsNull) {
  const std::string whole = whole_of({event(R"({"choices":[{}]})"), done});
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(whole).get(root), simdjson::SUCCESS);
  EXPECT_TRUE(root["id"].is_null());
  EXPECT_TRUE(root["usage"].is_null());
  EXPECT_TRUE(root["choices"].at(0)["finish_reason"].is_null());
  EXPECT_EQ(std::string_view(root["choices"].at(0)["message"]["content"]), "");
}

TEST(StreamedTextTest, AnyTextIsValidJson) {
  const std::string whole = whole_of({text_chunk(R"(\"quoted\" \\ \n\t\u0001 ñ 漢字 😀)"), done});
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(whole).get(root), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(root["choices"].at(0)["message"]["content"]),
            "\"quoted\" \\ \n\t\x01 ñ 漢字 😀");
}

}  // namespace
}  // namespace paceline::api
