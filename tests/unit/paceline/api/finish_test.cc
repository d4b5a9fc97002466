#include <gtest/gtest.h>
#include <paceline/api/finish.h>
#include <simdjson.h>

#include <string>

namespace paceline::api {
namespace {

std::optional<Finish> finish_of(const std::string& json) {
  simdjson::dom::parser parser;
  return read_finish(parser.parse(json));
}

TEST(FinishTest, KnowsTheWordsOfEachApi) {
  for (const char* word : {"stop", "end_turn", "stop_sequence", "eos_token", "completed"}) {
    EXPECT_EQ(finish_of('"' + std::string(word) + '"'), Finish::stop) << word;
  }
  for (const char* word : {"length", "max_tokens", "max_output_tokens", "model_length"}) {
    EXPECT_EQ(finish_of('"' + std::string(word) + '"'), Finish::length) << word;
  }
  for (const char* word : {"tool_calls", "tool_use", "function_call"}) {
    EXPECT_EQ(finish_of('"' + std::string(word) + '"'), Finish::tool_calls) << word;
  }
  for (const char* word : {"content_filter", "refusal", "safety"}) {
    EXPECT_EQ(finish_of('"' + std::string(word) + '"'), Finish::content_filter) << word;
  }
  EXPECT_EQ(finish_of(R"("pause_turn")"), Finish::other);
  for (const char* nothing : {"null", R"("")", R"("null")", "1", "{}"}) {
    EXPECT_EQ(finish_of(nothing), std::nullopt) << nothing;
  }
}

TEST(ToolCallsTest, ArgumentsMayComeInPieces) {
  ToolCalls calls;
  EXPECT_EQ(calls.are_valid(), std::nullopt);
  calls.add(0, R"({"a")");
  calls.add(1, "{}");
  EXPECT_EQ(calls.are_valid(), false);
  calls.add(0, ":1}");
  EXPECT_EQ(calls.are_valid(), true);
  calls.begin(2);
  EXPECT_EQ(calls.are_valid(), false);
  EXPECT_EQ(calls.are_valid(true), true);
  calls.clear();
  EXPECT_EQ(calls.are_valid(), std::nullopt);
}

TEST(ToolCallsTest, ArgumentsMayBeWhole) {
  const auto are_valid = [](const std::string& json) {
    simdjson::dom::parser parser;
    ToolCalls calls;
    calls.add_whole(parser.parse(json)["arguments"]);
    return calls.are_valid();
  };
  EXPECT_EQ(are_valid(R"({"arguments":"{\"a\":1}"})"), true);
  EXPECT_EQ(are_valid(R"({"arguments":{"a":1}})"), true);
  EXPECT_EQ(are_valid(R"({"arguments":"{a:1}"})"), false);
  EXPECT_EQ(are_valid(R"({"arguments":""})"), false);
  EXPECT_EQ(are_valid("{}"), false);
}

TEST(ToolCallsTest, HoldBoundedMemory) {
  ToolCalls calls;
  const std::string piece(std::size_t{64} << 10U, ' ');
  for (int i = 0; i < 100; ++i) calls.add(0, piece);
  EXPECT_LE(calls.held(), std::size_t{1} << 20U);
  EXPECT_EQ(calls.are_valid(), std::nullopt);
  calls.clear();
  for (std::uint64_t call = 0; call < 1000; ++call) calls.add(call, "{}");
  EXPECT_EQ(calls.are_valid(), std::nullopt);
}

}  // namespace
}  // namespace paceline::api
