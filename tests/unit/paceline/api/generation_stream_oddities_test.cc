#include "generation_reading.h"

#include <chrono>
#include <string>
#include <vector>

namespace paceline::api {
namespace {

TEST(GenerationStreamOdditiesTest, AResponseThatIsNoStreamIsSaidToBeNone) {
  expect_bad(chat({R"({"choices":[{"message":{"content":"hi"}}]})"}).finish(),
             "the response is not an event stream");
  expect_bad(chat({}).finish(), "the response is not an event stream");
}

TEST(GenerationStreamOdditiesTest, WhatIsNotOfTheApiEndsTheReading) {
  Reading no_json = chat({event("{half"), text_chunk("x"), done});
  EXPECT_FALSE(no_json.reads_on_);
  no_json.response_.error = TransportError::too_large;
  expect_bad(no_json.finish(), "not JSON");
  EXPECT_EQ(no_json.stream_->times().events, 0U);
  expect_bad(chat({event(R"({"type":"ping"})"), done}).finish(), "has choices");
  expect_bad(chat({event("[]"), done}).finish(), "has choices");
  expect_bad(chat({done}).finish(), "has choices");
  expect_bad(std::move(Reading("/responses").take({text_chunk("x")})).finish(), "a type");
  expect_bad(chat({"data: " + std::string(17U << 20U, 'x')}).finish(), "too long");
}

TEST(GenerationStreamOdditiesTest, AnErrorInTheStreamIsTold) {
  for (const char* error :
       {R"({"error":{"message":"out of memory","code":400}})", R"({"error":"out of memory"})",
        R"({"object":"error","message":"out of memory"})",
        // As a gateway tells of its provider's failure.
        R"({"error":{"message":"out of memory"},"choices":[{"index":0,"delta":{"content":""},)"
        R"("finish_reason":"error"}]})"}) {
    Reading reading = chat({text_chunk("x"), event(error)});
    EXPECT_FALSE(reading.reads_on_);
    expect_bad(reading.finish(), "reported an error in the stream: out of memory");
  }
  EXPECT_FALSE(
      chat({chunk(R"({"delta":{"content":"x"}})", R"(,"error":null)"), done}).finish().failure);
}

TEST(GenerationStreamOdditiesTest, AReasonThatIsNoneEndsNothing) {
  for (const char* reason : {"\"\"", "\"null\"", "null", "7"}) {
    const std::string piece =
        chunk(R"({"index":0,"delta":{"content":"x"},"finish_reason":)" + std::string(reason) + "}");
    expect_bad(chat({piece, piece}).finish(), "ended early");
    EXPECT_FALSE(chat({piece, stop_chunk}).finish().failure) << reason;
  }
}

TEST(GenerationStreamOdditiesTest, EveryChoiceHasToEnd) {
  const auto choice = [](int index, const std::string& reason) {
    return chunk(R"({"index":)" + std::to_string(index) + R"(,"delta":{"content":"x"},)" +
                 R"("finish_reason":)" + reason + "}");
  };
  const std::string a = choice(0, "null");
  const std::string b = choice(1, "null");
  expect_bad(chat({a, b, choice(0, "\"stop\""), b}).finish(), "ended early");
  EXPECT_FALSE(chat({a, b, choice(0, "\"stop\""), choice(1, "\"length\"")}).finish().failure);
  // Both in each chunk, without an index.
  const std::string both =
      chunk(R"({"delta":{"content":"x"}},{"delta":{"content":"y"},"finish_reason":"stop"})");
  expect_bad(chat({both}).finish(), "ended early");
  EXPECT_FALSE(chat({choice(4'000, "\"stop\"")}).finish().failure);
}

TEST(GenerationStreamOdditiesTest, WhatIsNoChunkIsPassedOver) {
  for (const std::string& odd :
       {event("null"), event(R"({"id":"","choices":null})"), event(R"({"id":"x"})"), event("{}"),
        event("[]"), event(R"("ok")"), event("7"), std::string("data:\n\n"),
        std::string("data\ndata:\n\n"), "event: ping\n" + event(R"({"type":"ping"})"),
        "event: ping\n" + event("at 12:00"), event("ping"), event("Keep-Alive"),
        std::string(": OPENROUTER PROCESSING\n\n"), std::string("id: 7\nretry: 5\n\n"),
        event(R"({"choices":[],"prompt_filter_results":[]})"),
        // With what strict parsers refuse.
        delta_chunk(R"({"content":"\ud83d"})"), delta_chunk(R"({"logprobs":NaN})"),
        event("{\ndata: \"choices\": []}")}) {
    Reading reading("/chat/completions");
    reading.take({odd, text_chunk("one"), odd, text_chunk("two"), odd, stop_chunk, odd, done});
    const Outcome outcome = reading.finish();
    EXPECT_FALSE(outcome.failure) << odd << ": " << outcome.error.message;
    EXPECT_GE(reading.stream_->times().events, 2U) << odd;
    Reading response("/responses");
    response.take({odd, delta_event, odd, event(R"({"type":"response.completed"})")});
    EXPECT_FALSE(response.finish().failure) << odd;
  }
}

TEST(GenerationStreamOdditiesTest, DoneMayHaveSpacesAndAnythingAfterIt) {
  for (const char* end : {"data: [DONE] \n\n", "data:  [DONE]\n\n", "data:[DONE]\r\n\r\n",
                          "data: [DONE]\n", "data: [DONE]"}) {
    EXPECT_FALSE(chat({text_chunk("x"), end}).finish().failure) << end;
  }
  for (const std::string& more :
       {event("bye"), event("{half"), event(R"({"error":"late"})"), text_chunk("late")}) {
    Reading reading("/chat/completions");
    reading.take({text_chunk("x"), done + more, more});
    EXPECT_FALSE(reading.finish().failure) << more;
    EXPECT_EQ(reading.stream_->times().events, 1U) << more;
  }
}

TEST(GenerationStreamOdditiesTest, OneNewlineBetweenEventsIsEnough) {
  Reading reading("/chat/completions");
  for (std::string piece : {text_chunk("one"), text_chunk("two"), stop_chunk, usage_chunk, done}) {
    piece.pop_back();
    reading.take({piece});
  }
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  EXPECT_EQ(outcome.usage->completion_tokens, 2U);
  // Each as it comes, not all when the stream ends.
  EXPECT_EQ(reading.stream_->times().gaps, (std::vector<std::chrono::nanoseconds>{1ms}));
}

TEST(GenerationStreamOdditiesTest, TheOrderOfKeysDoesNotMatter) {
  EXPECT_EQ(chat({event(R"({"usage":{"completion_tokens":3,"prompt_tokens":1},"choices":)"
                        R"([{"finish_reason":"stop","delta":{"content":"x"},"index":0}]})")})
                .finish()
                .usage->completion_tokens,
            3U);
}

TEST(GenerationStreamOdditiesTest, AFailureToldInTheStreamCountsAsItsStatus) {
  const auto failure_of = [](const std::string& data) {
    return chat({text_chunk("x"), event(data)}).finish().failure;
  };
  EXPECT_EQ(failure_of(R"({"error":{"message":"slow","code":429}})"), Failure::http_429);
  EXPECT_EQ(failure_of(R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})"),
            Failure::http_429);
  EXPECT_EQ(failure_of(R"({"error":{"type":"overloaded_error","message":"busy"}})"),
            Failure::http_5xx);
  EXPECT_EQ(failure_of(R"({"error":{"message":"died","code":"502"}})"), Failure::http_5xx);
  EXPECT_EQ(failure_of(R"({"error":{"message":"no","type":"invalid_request_error"}})"),
            Failure::bad_response);
  EXPECT_EQ(failure_of(R"({"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error",)"
                       R"("error":{"code":502,"message":"died"}}]})"),
            Failure::http_5xx);
  Reading named = chat({text_chunk("x"), "event: error\n" + event("no memory left")});
  expect_bad(named.finish(), "reported an error in the stream: no memory left");
  Reading response("/responses");
  response.take({delta_event, event(R"({"type":"response.failed","response":{"status":"failed",)"
                                    R"("error":{"code":"server_error","message":"it broke"}}})")});
  const Outcome outcome = response.finish();
  EXPECT_EQ(outcome.failure, Failure::http_5xx);
  EXPECT_EQ(outcome.error.message, "the server reported an error in the stream: it broke");
}

TEST(GenerationStreamOdditiesTest, AnErrorInPlaceOfAStreamIsTold) {
  const Outcome limit =
      chat({R"({"error":{"message":"quota exceeded",)", R"("code":429}})"}).finish();
  EXPECT_EQ(limit.failure, Failure::http_429);
  EXPECT_EQ(limit.error.message, "the server answered with an error: quota exceeded");
  expect_bad(chat({"<html><title>Log in</title>"}).finish(), "not an event stream");
  expect_bad(chat({"<html><title>Log in</title>"}).finish(), "stream: Log in");
  // Nothing of it is kept for the next response.
  Reading reading = chat({"busy"});
  expect_bad(reading.finish(), "stream: busy");
  reading.stream_->begin(reading.request_);
  EXPECT_EQ(reading.finish().error.message.find("busy"), std::string::npos);
}

}  // namespace
}  // namespace paceline::api
