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
  EXPECT_TRUE(root["choices"].at(0)["message"]["content"].is_null());
}

TEST(StreamedTextTest, AnyTextIsValidJson) {
  const std::string whole = whole_of({text_chunk(R"(\"quoted\" \\ \n\t\u0001 ñ 漢字 😀)"), done});
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(whole).get(root), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(root["choices"].at(0)["message"]["content"]),
            "\"quoted\" \\ \n\t\x01 ñ 漢字 😀");
}

/// The delta of a choice.
std::string choice_delta(const std::string& delta, int index = 0) {
  return event(R"({"choices":[{"index":)" + std::to_string(index) + R"(,"delta":)" + delta + "}]}");
}

/// The choices in the body that a log keeps.
std::string choices_of(const std::vector<std::string>& pieces) {
  const std::string whole = whole_of(pieces);
  simdjson::dom::parser parser;
  return simdjson::minify(parser.parse(whole)["choices"]);
}

TEST(StreamedTextTest, JoinsTheArgumentsOfToolCalls) {
  EXPECT_EQ(
      choices_of(
          {choice_delta(R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a",)"
                        R"("type":"function","function":{"name":"f","arguments":""}}]})"),
           choice_delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
           choice_delta(R"({"tool_calls":[{"index":1,"id":"b","type":"function",)"
                        R"("function":{"name":"g","arguments":"{}"}}]})"),
           choice_delta(R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]})"), done}),
      R"([{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[)"
      R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
      R"({"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},)"
      R"("finish_reason":null}])");
}

TEST(StreamedTextTest, CallsOfOneIndexAreApartByTheirIds) {
  const std::string call = R"({"tool_calls":[{"index":0,"type":"function",)"
                           R"("function":{"name":"f","arguments":"{}"},"id":)";
  const std::string choices =
      choices_of({choice_delta(call + R"("a"}]})"), choice_delta(call + R"("b"}]})"), done});
  EXPECT_NE(choices.find(R"("arguments":"{}"},"id":"a"},{"type")"), std::string::npos) << choices;
  EXPECT_NE(choices.find(R"("arguments":"{}"},"id":"b"}])"), std::string::npos) << choices;
}

TEST(StreamedTextTest, ChoicesAndThoughtsAreApart) {
  EXPECT_EQ(
      choices_of({choice_delta(R"({"content":"B"})", 1), choice_delta(R"({"reasoning":"hm"})"),
                  choice_delta(R"({"reasoning":"m","content":""})"),
                  choice_delta(R"({"content":"A"})"), choice_delta(R"({"content":"b"})", 1), done}),
      R"([{"index":0,"message":{"role":"assistant","content":"A","reasoning":"hmm"},)"
      R"("finish_reason":null},{"index":1,"message":{"role":"assistant","content":"Bb"},)"
      R"("finish_reason":null}])");
}

TEST(StreamedTextTest, ChunksOfTheWrongTypesAreKeptAsJson) {
  const std::string deep = std::string(900, '[') + std::string(900, ']');
  const std::vector<std::string> oddities{R"(["x"])",
                                          "[[]]",
                                          R"([{"index":"x"}])",
                                          R"([{"delta":"x"}])",
                                          R"([{"delta":[]}])",
                                          R"([{"delta":{"tool_calls":"x"}}])",
                                          R"([{"delta":{"tool_calls":["x",[],{}]}}])",
                                          R"([{"delta":{"content":)" + deep + "}}]"};
  for (const std::string& choices : oddities) {
    const std::string chunk =
        event(R"({"id":[],"model":{"a":1},"usage":[1],"choices":)" + choices + "}");
    const std::string whole = whole_of({text_chunk("a"), chunk, chunk, text_chunk("b"), done});
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(whole).error(), simdjson::SUCCESS) << whole;
  }
}

TEST(StreamedTextTest, AChunkThatIsNoObjectIsIgnored) {
  const std::string whole = whole_of({event("null"), event("[]"), text_chunk("a"), done});
  EXPECT_NE(whole.find(R"("content":"a")"), std::string::npos) << whole;
}

TEST(StreamedTextTest, ContentMayBecomeAListOfParts) {
  const auto thinking = [](const std::string& text) {
    return choice_delta(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":")" +
                        text + R"("}]}]})");
  };
  EXPECT_EQ(
      choices_of({choice_delta(R"({"content":""})"), thinking("h"), thinking("m"),
                  choice_delta(R"({"content":"so"})"), choice_delta(R"({"content":" it"})"), done}),
      R"([{"index":0,"message":{"role":"assistant","content":[{"type":"thinking",)"
      R"("thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"so it"}]},)"
      R"("finish_reason":null}])");
}

}  // namespace
}  // namespace paceline::api
