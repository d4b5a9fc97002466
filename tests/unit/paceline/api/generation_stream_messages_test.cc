// Streams of the Messages API, and of completions.

#include <gtest/gtest.h>
#include <paceline/api/generation_stream.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "generation_reading.h"

namespace paceline::api {
namespace {

/// An event with its name in both places, as Anthropic sends it.
std::string named(const std::string& type, const std::string& fields = {}) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + fields + "}\n\n";
}

std::string block_delta(const std::string& delta) {
  return named("content_block_delta", R"(,"index":0,"delta":)" + delta);
}

const std::string message_start =
    named("message_start", R"(,"message":{"id":"msg_1","type":"message","model":"m","content":[],)"
                           R"("usage":{"input_tokens":3,"cache_read_input_tokens":4,)"
                           R"("output_tokens":1}})");
const std::string text_start =
    named("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})");
const std::string hola = block_delta(R"({"type":"text_delta","text":"hola"})");
const std::string message_end =
    named("message_delta", R"(,"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9})") +
    named("message_stop");

Reading messages(const std::vector<std::string>& pieces, bool keeps_text = false) {
  return std::move(Reading("/messages", keeps_text).take(pieces));
}

TEST(MessagesStreamTest, CountsTheDeltasAndReadsBothUsages) {
  Reading reading = messages({message_start, text_start, named("ping"), hola, hola, message_end});
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  EXPECT_EQ(outcome.usage->prompt_tokens, 7U);
  EXPECT_EQ(outcome.usage->cached_tokens, 4U);
  EXPECT_EQ(outcome.usage->completion_tokens, 9U);
  EXPECT_EQ(reading.stream_->times().events, 2U);
  EXPECT_EQ(reading.stream_->times().first, stream_start + 4ms);
  EXPECT_EQ(reading.stream_->times().last, stream_start + 5ms);
}

TEST(MessagesStreamTest, ThinkingIsNoAnswer) {
  Reading reading =
      messages({message_start, block_delta(R"({"type":"thinking_delta","thinking":"hm"})"),
                block_delta(R"({"type":"signature_delta","signature":"abc"})"), hola, message_end});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.stream_->times().events, 2U);
  EXPECT_EQ(reading.stream_->times().first, stream_start + 2ms);
  EXPECT_EQ(reading.stream_->times().first_answer, stream_start + 4ms);
}

TEST(MessagesStreamTest, AToolCallIsAnAnswer) {
  Reading reading = messages(
      {message_start,
       named("content_block_start",
             R"(,"index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}})"),
       block_delta(R"({"type":"input_json_delta","partial_json":""})"),
       block_delta(R"({"type":"input_json_delta","partial_json":"{}"})"), message_end});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.stream_->times().events, 2U);
  EXPECT_EQ(reading.stream_->times().first_answer, stream_start + 2ms);
}

TEST(MessagesStreamTest, EndsWithItsLastEvent) {
  expect_bad(messages({message_start, text_start, hola}).finish(), "the stream ended early");
  expect_bad(messages({named("ping")}).finish(), "a type of the Messages API");
}

TEST(MessagesStreamTest, AnErrorEventIsTheServersFailure) {
  const Outcome outcome =
      messages({message_start, hola,
                named("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})")})
          .finish();
  EXPECT_EQ(outcome.failure, Failure::http_5xx);
  EXPECT_EQ(outcome.error.message, "the server reported an error in the stream: Overloaded");
}

TEST(MessagesStreamTest, ItsTextBecomesAMessage) {
  Reading reading = messages({message_start, text_start, hola, hola, message_end}, true);
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.response_.body,
            R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[)"
            R"({"type":"text","text":"holahola"}],"stop_reason":"end_turn","usage":)"
            R"({"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":9}})");
}

TEST(MessagesStreamTest, EachBlockIsKept) {
  const auto block = [](int index, const std::string& content) {
    return named("content_block_start",
                 R"(,"index":)" + std::to_string(index) + R"(,"content_block":)" + content);
  };
  const auto delta = [](int index, const std::string& content) {
    return named("content_block_delta",
                 R"(,"index":)" + std::to_string(index) + R"(,"delta":)" + content);
  };
  Reading reading = messages(
      {message_start, block(0, R"({"type":"thinking","thinking":"","signature":""})"),
       delta(0, R"({"type":"thinking_delta","thinking":"hm"})"),
       delta(0, R"({"type":"thinking_delta","thinking":"m"})"),
       delta(0, R"({"type":"signature_delta","signature":"s"})"),
       block(1, R"({"type":"text","text":""})"), delta(1, R"({"type":"text_delta","text":"hi"})"),
       delta(1, R"({"type":"citations_delta","citation":{"type":"page","title":"t"}})"),
       block(2, R"({"type":"tool_use","id":"u","name":"f","input":{}})"),
       delta(2, R"({"type":"input_json_delta","partial_json":"{\"x\":"})"),
       delta(2, R"({"type":"input_json_delta","partial_json":"1}"})"),
       named("content_block_stop", R"(,"index":2)"), message_end},
      true);
  EXPECT_FALSE(reading.finish().failure);
  const std::string& body = reading.response_.body;
  EXPECT_NE(body.find(R"("content":[{"type":"thinking","thinking":"hmm","signature":"s"},)"
                      R"({"type":"text","text":"hi","citations":[{"type":"page","title":"t"}]},)"
                      R"({"type":"tool_use","id":"u","name":"f","input":{"x":1}}],)"),
            std::string::npos)
      << body;
}

TEST(MessagesStreamTest, EventsOfTheWrongTypesAreKeptAsJson) {
  const std::string deep(100'000, '[');
  for (const std::string& odd :
       {named("message_start", R"(,"message":"x")"), named("message_start", R"(,"message":[])"),
        named("message_delta", R"(,"delta":"x","usage":[])"),
        named("message_start", R"(,"message":{"content":"x","usage":1})"),
        named("content_block_start", R"(,"index":0,"content_block":"x")"),
        named("content_block_start", R"(,"index":0,"content_block":{"input":[],"citations":1})"),
        block_delta(R"({"citation":"x"})"), block_delta(R"({"partial_json":{}})"),
        block_delta(R"({"partial_json":")" + deep + R"("})")}) {
    Reading reading =
        messages({message_start, hola, odd, odd, named("content_block_stop", ",\"index\":0"),
                  block_delta(R"({"citation":{}})"), message_end},
                 true);
    EXPECT_FALSE(reading.finish().failure);
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(reading.response_.body).error(), simdjson::SUCCESS)
        << reading.response_.body.substr(0, 300);
  }
}

std::string completion_chunk(const std::string& text, const std::string& reason) {
  return event(R"({"id":"c","object":"text_completion","created":7,"model":"m","choices":[)"
               R"({"index":0,"text":")" +
               text + R"(","finish_reason":)" + reason + "}]}");
}

TEST(CompletionsStreamTest, ATextIsAToken) {
  Reading reading =
      std::move(Reading("/completions", true)
                    .take({completion_chunk("hi", "null"), completion_chunk("", "null"),
                           completion_chunk(" you", R"("length")"), done}));
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.stream_->times().events, 2U);
  EXPECT_EQ(reading.response_.body,
            R"({"id":"c","object":"text_completion","created":7,"model":"m","choices":[)"
            R"({"index":0,"text":"hi you","finish_reason":"length"}],"usage":null})");
}

}  // namespace
}  // namespace paceline::api
