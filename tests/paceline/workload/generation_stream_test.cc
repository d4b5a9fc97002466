#include <gtest/gtest.h>
#include <paceline/workload/generation_stream.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline {
namespace {

using namespace std::chrono_literals;

const TimePoint start{};

std::string event(std::string_view data) {
  return "data: " + std::string(data) + "\n\n";
}

/// A chunk whose first choice is `choice`.
std::string chunk(const std::string& choice, const std::string& rest = {}) {
  return event(
      R"({"id":"c-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[)" +
      choice + "]" + rest + "}");
}

std::string text_chunk(const std::string& text) {
  return chunk(R"({"index":0,"delta":{"content":")" + text + R"("},"finish_reason":null})");
}

const std::string role_chunk =
    chunk(R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null})");
const std::string stop_chunk = chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})");
const std::string usage_chunk =
    chunk("", R"(,"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,)"
              R"("prompt_tokens_details":{"cached_tokens":4}})");
const std::string done = event("[DONE]");

Request request_to(const std::string& url) {
  Request request;
  request.url = url;
  request.is_streamed = true;
  return request;
}

/// What a stream of one kind came to.
class Reading {
 public:
  explicit Reading(const std::string& path, const std::string& key = {}, bool keeps_text = false)
      : stream_(std::make_unique<GenerationStream>(
            key, GenerationStreamOptions{.length_asked = {}, .keeps_text = keeps_text})),
        request_(request_to("http://host/v1" + path)) {
    stream_->begin(request_);
    reply_.status = 200;
  }

  /// Each piece is read a millisecond after the one before, the first at 1 ms.
  Reading& take(const std::vector<std::string>& pieces) {
    for (const std::string& piece : pieces) {
      now_ += 1ms;
      reads_on_ = reads_on_ && stream_->take(piece, now_);
    }
    return *this;
  }

  Outcome finish() { return stream_->finish(reply_); }

  std::unique_ptr<GenerationStream> stream_;
  Request request_;
  Reply reply_;
  TimePoint now_ = start;
  bool reads_on_ = true;
};

Reading chat(const std::vector<std::string>& pieces) {
  return std::move(Reading("/chat/completions").take(pieces));
}

void expect_bad(Outcome outcome, std::string_view words) {
  EXPECT_EQ(outcome.failure, Failure::bad_reply) << outcome.why;
  EXPECT_NE(outcome.why.find(words), std::string::npos) << outcome.why;
}

TEST(GenerationStreamTest, OnlyEventsWithTextAreTokens) {
  Reading reading("/chat/completions");
  reading.take({role_chunk, text_chunk("one"), text_chunk(""),
                chunk(R"({"index":0,"delta":{"content":null},"finish_reason":null})"),
                text_chunk(" two"), text_chunk(" three"), stop_chunk, usage_chunk, done});
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.why;
  const TokenTimes& times = reading.stream_->times();
  EXPECT_EQ(times.events, 3U);
  EXPECT_EQ(times.first - start, 2ms);
  EXPECT_EQ(times.last - start, 6ms);
  EXPECT_EQ(times.gaps, (std::vector<std::chrono::nanoseconds>{3ms, 1ms}));
}

TEST(GenerationStreamTest, EventsInOnePieceHaveNoTimeBetweenThem) {
  Reading reading("/chat/completions");
  reading.take({text_chunk("one") + text_chunk("two"), stop_chunk});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.stream_->times().gaps, (std::vector<std::chrono::nanoseconds>{0ms}));
}

TEST(GenerationStreamTest, AnyCutGivesTheSame) {
  const std::string whole = "\xEF\xBB\xBF: hello\r\n\r\n" + role_chunk + text_chunk("uno") +
                            text_chunk("dos ñ") + stop_chunk + usage_chunk + done;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    Reading reading("/chat/completions", {}, true);
    reading.take({whole.substr(0, cut), whole.substr(cut)});
    const Outcome outcome = reading.finish();
    ASSERT_FALSE(outcome.failure) << outcome.why << " cut at " << cut;
    ASSERT_EQ(reading.stream_->times().events, 2U) << cut;
    ASSERT_EQ(outcome.usage->completion_tokens, 2U) << cut;
    ASSERT_NE(reading.reply_.body.find("unodos ñ"), std::string::npos) << cut;
  }
  Reading letter_by_letter("/chat/completions");
  for (const char letter : whole) letter_by_letter.take({std::string(1, letter)});
  EXPECT_FALSE(letter_by_letter.finish().failure);
  EXPECT_EQ(letter_by_letter.stream_->times().events, 2U);
}

TEST(GenerationStreamTest, UsageComesInTheLastEventOrInEvery) {
  const Outcome last = chat({text_chunk("x"), stop_chunk, usage_chunk, done}).finish();
  ASSERT_TRUE(last.usage);
  EXPECT_EQ(last.usage->prompt_tokens, 9U);
  EXPECT_EQ(last.usage->completion_tokens, 2U);
  EXPECT_EQ(last.usage->cached_tokens, 4U);

  const auto with_usage = [](int tokens) {
    return chunk(
        R"({"index":0,"delta":{"content":"x"},"finish_reason":null})",
        R"(,"usage":{"prompt_tokens":9,"completion_tokens":)" + std::to_string(tokens) + "}");
  };
  const Outcome each = chat({with_usage(1), with_usage(2), with_usage(3), done}).finish();
  ASSERT_TRUE(each.usage);
  EXPECT_EQ(each.usage->completion_tokens, 3U);

  const Outcome none = chat({text_chunk("x"), chunk("", R"(,"usage":null)"), done}).finish();
  EXPECT_FALSE(none.failure);
  EXPECT_FALSE(none.usage);
}

TEST(GenerationStreamTest, AUsageEventNeedsNoChoices) {
  for (const char* choices : {R"("choices":null,)", ""}) {
    const Outcome outcome = chat({text_chunk("x"), stop_chunk,
                                  event("{" + std::string(choices) +
                                        R"("usage":{"prompt_tokens":9,"completion_tokens":5}})"),
                                  done})
                                .finish();
    EXPECT_FALSE(outcome.failure) << outcome.why;
    ASSERT_TRUE(outcome.usage);
    EXPECT_EQ(outcome.usage->completion_tokens, 5U);
  }
}

TEST(GenerationStreamTest, ItEndsWithDoneOrAReasonToFinish) {
  EXPECT_FALSE(chat({text_chunk("x"), done}).finish().failure);
  EXPECT_FALSE(chat({text_chunk("x"), stop_chunk}).finish().failure);
  expect_bad(chat({text_chunk("x")}).finish(), "broke off");
  // Half of an event is none.
  expect_bad(chat({text_chunk("x"), "data: [DONE]\n"}).finish(), "broke off");
  expect_bad(chat({role_chunk}).finish(), "broke off");
}

TEST(GenerationStreamTest, AReplyThatIsNoStreamIsSaidToBeNone) {
  expect_bad(chat({R"({"choices":[{"message":{"content":"hi"}}]})"}).finish(), "no stream");
  expect_bad(chat({}).finish(), "no stream");
}

TEST(GenerationStreamTest, AResetIsAReset) {
  Reading reading = chat({text_chunk("x")});
  reading.reply_.transport = Transport::reset;
  reading.reply_.error = "reset by peer";
  const Outcome outcome = reading.finish();
  EXPECT_EQ(outcome.failure, Failure::reset);
  EXPECT_EQ(outcome.why, "reset by peer");
}

TEST(GenerationStreamTest, WhatIsNotOfTheApiEndsTheReading) {
  Reading no_json = chat({event("{half"), text_chunk("x"), done});
  EXPECT_FALSE(no_json.reads_on_);
  no_json.reply_.transport = Transport::too_large;
  expect_bad(no_json.finish(), "not JSON");
  EXPECT_EQ(no_json.stream_->times().events, 0U);
  expect_bad(chat({event(R"({"type":"ping"})"), done}).finish(), "no choices");
  expect_bad(chat({event("[]"), done}).finish(), "no choices");
  expect_bad(std::move(Reading("/responses").take({text_chunk("x")})).finish(), "no type");
  expect_bad(chat({"data: " + std::string(17U << 20U, 'x')}).finish(), "too long");
}

TEST(GenerationStreamTest, AnErrorInTheStreamIsTold) {
  for (const char* error :
       {R"({"error":{"message":"out of memory","code":500}})", R"({"error":"out of memory"})",
        R"({"object":"error","message":"out of memory"})",
        // As a gateway tells of its provider's failure.
        R"({"error":{"message":"out of memory"},"choices":[{"index":0,"delta":{"content":""},)"
        R"("finish_reason":"error"}]})"}) {
    Reading reading = chat({text_chunk("x"), event(error)});
    EXPECT_FALSE(reading.reads_on_);
    expect_bad(reading.finish(), "gave up in the middle of the stream: out of memory");
  }
  EXPECT_FALSE(
      chat({chunk(R"({"delta":{"content":"x"}})", R"(,"error":null)"), done}).finish().failure);
}

TEST(GenerationStreamTest, AReplyWithoutSuccessIsExplained) {
  Reading reading = chat({});
  reading.reply_.status = 429;
  reading.reply_.body = R"({"error":{"message":"slow down"}})";
  const Outcome outcome = reading.finish();
  EXPECT_EQ(outcome.failure, Failure::http_429);
  EXPECT_EQ(outcome.why, "the server answered HTTP 429: slow down");
}

TEST(GenerationStreamTest, AKeyIsNeverRepeated) {
  const std::string error = R"({"error":{"message":"no credit for sk-secret"}})";
  Reading in_stream("/chat/completions", "sk-secret");
  in_stream.take({text_chunk("x"), event(error)});
  expect_bad(in_stream.finish(), "gave up");
  EXPECT_EQ(in_stream.finish().why.find("sk-"), std::string::npos);

  Reading of_response("/responses", "sk-secret");
  of_response.take({event(R"({"type":"response.failed","response":)" + error + "}")});
  expect_bad(of_response.finish(), "gave up");
  EXPECT_EQ(of_response.finish().why.find("sk-"), std::string::npos);

  Reading refused("/chat/completions", "sk-secret");
  refused.reply_.status = 400;
  refused.reply_.body = error;
  EXPECT_EQ(refused.finish().why, "the server answered HTTP 400");
}

TEST(GenerationStreamTest, BeginsEachReplyAnew) {
  Reading reading("/chat/completions", {}, true);
  reading.take({text_chunk("old"), usage_chunk, event("{broken"), "data: [DO"});
  EXPECT_TRUE(reading.finish().failure);
  reading.stream_->begin(reading.request_);
  EXPECT_EQ(reading.stream_->times().events, 0U);
  EXPECT_TRUE(reading.stream_->take(text_chunk("new") + stop_chunk, start + 9ms));
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.why;
  EXPECT_FALSE(outcome.usage);
  EXPECT_EQ(reading.stream_->times().events, 1U);
  EXPECT_TRUE(reading.stream_->times().gaps.empty());
  EXPECT_EQ(reading.reply_.body.find("old"), std::string::npos);
}

TEST(GenerationStreamTest, TellsTheLengthAskedFor) {
  GenerationStream stream("", {.length_asked = LengthAsked{3, 5}});
  stream.begin(request_to("http://host/v1/chat/completions"));
  stream.take(text_chunk("x") + done, start);
  Reply reply;
  reply.status = 200;
  const Outcome outcome = stream.finish(reply);
  ASSERT_TRUE(outcome.length_asked);
  EXPECT_EQ(outcome.length_asked->at_least, 3U);
  EXPECT_EQ(outcome.length_asked->at_most, 5U);
}

TEST(GenerationStreamTest, KeepsTextOnlyWhenAsked) {
  Reading reading = chat({text_chunk("x"), done});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.reply_.body, "");
}

TEST(GenerationStreamTest, PutsTogetherWhatTheApiWouldHaveAnsweredAtOnce) {
  Reading reading("/chat/completions", {}, true);
  reading.take({role_chunk, text_chunk(R"(say \"hi\")"), text_chunk(R"(\n)"), stop_chunk,
                usage_chunk, done});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(
      reading.reply_.body,
      R"({"id":"c-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"say \"hi\"\u000a"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,)"
      R"("prompt_tokens_details":{"cached_tokens":4}}})");
}

const std::string delta_event =
    event(R"({"type":"response.output_text.delta","item_id":"m-1","delta":"hola"})");

TEST(GenerationStreamTest, ReadsAResponsesEvents) {
  Reading reading("/responses", {}, true);
  const std::string response =
      R"({"id":"r-1","output":[{"type":"message"}],"usage":{"input_tokens":8,"output_tokens":2,)"
      R"("input_tokens_details":{"cached_tokens":3}}})";
  reading.take({"event: response.created\n" + event(R"({"type":"response.created"})"),
                "event: response.output_text.delta\n" + delta_event,
                event(R"({"type":"response.output_text.delta","delta":""})"), delta_event,
                event(R"({"type":"response.output_text.done","text":"holahola"})"),
                event(R"({"type":"response.completed","response":)" + response + "}")});
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.why;
  EXPECT_EQ(reading.stream_->times().events, 2U);
  EXPECT_EQ(reading.stream_->times().gaps, (std::vector<std::chrono::nanoseconds>{2ms}));
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 8U);
  EXPECT_EQ(outcome.usage->completion_tokens, 2U);
  EXPECT_EQ(outcome.usage->cached_tokens, 3U);
  EXPECT_EQ(reading.reply_.body, response);
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
  expect_bad(ended(R"({"type":"response.in_progress"})"), "broke off");
  expect_bad(ended(R"({"type":"response.failed","response":{"error":{"message":"no memory"}}})"),
             "no memory");
  expect_bad(ended(R"({"type":"error","code":"x","message":"no memory"})"), "no memory");
  expect_bad(ended(R"({"type":"error","error":{"message":"no memory"}})"), "no memory");
  expect_bad(ended(R"({"type":"error"})"), "gave up");
}

}  // namespace
}  // namespace paceline
