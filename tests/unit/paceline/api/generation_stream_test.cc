#include "generation_reading.h"

#include <chrono>
#include <string>
#include <vector>

namespace paceline::api {
namespace {

TEST(GenerationStreamTest, AnyCutGivesTheSame) {
  const std::string whole = "\xEF\xBB\xBF: hello\r\n\r\n" + role_chunk + text_chunk("uno") +
                            text_chunk("dos ñ") + stop_chunk + usage_chunk + done;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    Reading reading("/chat/completions", true);
    reading.take({whole.substr(0, cut), whole.substr(cut)});
    const Outcome outcome = reading.finish();
    ASSERT_FALSE(outcome.failure) << outcome.error.message << " cut at " << cut;
    ASSERT_EQ(reading.stream_->times().events, 2U) << cut;
    ASSERT_EQ(outcome.usage->completion_tokens, 2U) << cut;
    ASSERT_NE(reading.response_.body.find("unodos ñ"), std::string::npos) << cut;
  }
  Reading letter_by_letter("/chat/completions");
  for (const char letter : whole) letter_by_letter.take({std::string(1, letter)});
  EXPECT_FALSE(letter_by_letter.finish().failure);
  EXPECT_EQ(letter_by_letter.stream_->times().events, 2U);
}

TEST(GenerationStreamTest, ItEndsWithDoneOrAReasonToFinish) {
  EXPECT_FALSE(chat({text_chunk("x"), done}).finish().failure);
  EXPECT_FALSE(chat({text_chunk("x"), stop_chunk}).finish().failure);
  expect_bad(chat({text_chunk("x")}).finish(), "ended early");
  // Half of a line is none.
  expect_bad(chat({text_chunk("x"), "data: [DO"}).finish(), "ended early");
  EXPECT_FALSE(chat({text_chunk("x"), "data: [DONE]"}).finish().failure);
  expect_bad(chat({role_chunk}).finish(), "ended early");
}

TEST(GenerationStreamTest, AResetIsAReset) {
  Reading reading = chat({text_chunk("x")});
  reading.response_.error = TransportError::reset;
  reading.response_.error_text = "reset by peer";
  const Outcome outcome = reading.finish();
  EXPECT_EQ(outcome.failure, Failure::reset);
  EXPECT_EQ(outcome.error.message, "reset by peer");
}

TEST(GenerationStreamTest, AResponseWithoutSuccessIsExplained) {
  Reading reading = chat({});
  reading.response_.status = 429;
  reading.response_.body = R"({"error":{"message":"slow down"}})";
  const Outcome outcome = reading.finish();
  EXPECT_EQ(outcome.failure, Failure::http_429);
  EXPECT_EQ(outcome.error.message, "the server answered HTTP 429: slow down");
}

TEST(GenerationStreamTest, BeginsEachResponseAnew) {
  Reading reading("/chat/completions", true);
  reading.take({text_chunk("old"), usage_chunk, event("{broken"), "data: [DO"});
  EXPECT_TRUE(reading.finish().failure);
  reading.stream_->begin(reading.request_);
  EXPECT_EQ(reading.stream_->times().events, 0U);
  EXPECT_TRUE(reading.stream_->take(text_chunk("new") + stop_chunk, stream_start + 9ms));
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  EXPECT_FALSE(outcome.usage);
  EXPECT_EQ(reading.stream_->times().events, 1U);
  EXPECT_TRUE(reading.stream_->times().gaps.empty());
  EXPECT_EQ(reading.response_.body.find("old"), std::string::npos);
}

TEST(GenerationStreamTest, KeepsTextOnlyWhenAsked) {
  Reading reading = chat({text_chunk("x"), done});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.response_.body, "");
}

TEST(GenerationStreamTest, PutsTogetherWhatTheApiWouldHaveAnsweredAtOnce) {
  Reading reading("/chat/completions", true);
  reading.take({role_chunk, text_chunk(R"(say \"hi\")"), text_chunk(R"(\n)"), stop_chunk,
                usage_chunk, done});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(
      reading.response_.body,
      R"({"id":"c-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"say \"hi\"\n"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,)"
      R"("prompt_tokens_details":{"cached_tokens":4}}})");
}

TEST(GenerationStreamTest, ReadsAResponsesEvents) {
  Reading reading("/responses", true);
  const std::string response =
      R"({"id":"r-1","output":[{"type":"message"}],"usage":{"input_tokens":8,"output_tokens":2,)"
      R"("input_tokens_details":{"cached_tokens":3}}})";
  reading.take({"event: response.created\n" + event(R"({"type":"response.created"})"),
                "event: response.output_text.delta\n" + delta_event,
                event(R"({"type":"response.output_text.delta","delta":""})"), delta_event,
                event(R"({"type":"response.output_text.done","text":"holahola"})"),
                event(R"({"type":"response.completed","response":)" + response + "}")});
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  EXPECT_EQ(reading.stream_->times().events, 2U);
  EXPECT_EQ(reading.stream_->times().gaps, (std::vector<std::chrono::nanoseconds>{2ms}));
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 8U);
  EXPECT_EQ(outcome.usage->completion_tokens, 2U);
  EXPECT_EQ(outcome.usage->cached_tokens, 3U);
  EXPECT_EQ(reading.response_.body, response);
}

TEST(GenerationStreamTest, AResponseEndsCompletedOrIncomplete) {
  const auto ended = [](const std::string& data) {
    return std::move(Reading("/responses").take({delta_event, event(data)})).finish();
  };
  EXPECT_FALSE(ended(R"({"type":"response.completed","response":{}})").failure);
  const Outcome incomplete = ended(
      R"({"type":"response.incomplete","response":{"usage":{"input_tokens":1,"output_tokens":7}}})");
  EXPECT_FALSE(incomplete.failure);
  ASSERT_TRUE(incomplete.usage);
  EXPECT_EQ(incomplete.usage->completion_tokens, 7U);
  expect_bad(ended(R"({"type":"response.in_progress"})"), "ended early");
  expect_bad(ended(R"({"type":"response.failed","response":{"error":{"message":"no memory"}}})"),
             "no memory");
  expect_bad(ended(R"({"type":"error","code":"x","message":"no memory"})"), "no memory");
  expect_bad(ended(R"({"type":"error","error":{"message":"no memory"}})"), "no memory");
  expect_bad(ended(R"({"type":"error"})"), "reported an error in the stream");
}

}  // namespace
}  // namespace paceline::api
