#include <gtest/gtest.h>
#include <paceline/workload/generation_stream.h>
#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline::workload {
namespace {

class StreamedTextTest : public testing::Test {
 protected:
  void add_chunk(std::string_view json) { text_.add_chunk(parser_.parse(std::string(json))); }

  simdjson::dom::parser parser_;
  StreamedText text_;
};

TEST_F(StreamedTextTest, KeepsWhatEachChunkBrings) {
  add_chunk(
      R"({"id":"a","created":1,"model":"m","usage":null,"choices":[{"finish_reason":null}]})");
  text_.add_text("one ");
  text_.add_text("two");
  add_chunk(R"({"id":"a","choices":[{"finish_reason":"length"}]})");
  add_chunk(R"({"id":"a","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}})");
  EXPECT_EQ(text_.whole(),
            R"({"id":"a","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,)"
            R"("message":{"role":"assistant","content":"one two"},"finish_reason":"length"}],)"
            R"("usage":{"prompt_tokens":1,"completion_tokens":2}})");
}

TEST_F(StreamedTextTest, OfManyUsagesTheLastCounts) {
  add_chunk(R"({"usage":{"completion_tokens":1},"choices":[]})");
  add_chunk(R"({"usage":{"completion_tokens":2},"choices":[]})");
  add_chunk(R"({"usage":null,"choices":[]})");
  EXPECT_NE(text_.whole().find(R"("usage":{"completion_tokens":2}})"), std::string::npos);
}

TEST_F(StreamedTextTest, WhatNeverCameIsNull) {
  const std::string whole = text_.whole();
  simdjson::dom::element root;
  ASSERT_EQ(parser_.parse(whole).get(root), simdjson::SUCCESS);
  EXPECT_TRUE(root["id"].is_null());
  EXPECT_TRUE(root["usage"].is_null());
  EXPECT_TRUE(root["choices"].at(0)["finish_reason"].is_null());
  EXPECT_EQ(std::string_view(root["choices"].at(0)["message"]["content"]), "");
}

TEST_F(StreamedTextTest, AnyTextIsValidJson) {
  const std::string text = "\"quoted\" \\ \n\t\x01 ñ 漢字 😀";
  text_.add_text(text);
  const std::string whole = text_.whole();
  simdjson::dom::element root;
  ASSERT_EQ(parser_.parse(whole).get(root), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(root["choices"].at(0)["message"]["content"]), text);
}

TEST_F(StreamedTextTest, AResponseIsWholeAlready) {
  text_.add_text("one");
  text_.set_response(parser_.parse(std::string(R"({"id": "r", "output": [1, 2]})")));
  EXPECT_EQ(text_.whole(), R"({"id":"r","output":[1,2]})");
}

TEST_F(StreamedTextTest, BeginsAnew) {
  add_chunk(R"({"id":"old","model":"old","usage":{},"choices":[{"finish_reason":"stop"}]})");
  text_.add_text("old");
  text_.set_response(parser_.parse(std::string(R"({"id":"old"})")));
  text_.begin(ApiKind::chat);
  EXPECT_EQ(text_.whole(), StreamedText().whole());
}

}  // namespace
}  // namespace paceline::workload
