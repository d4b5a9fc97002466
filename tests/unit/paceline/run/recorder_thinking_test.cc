#include <gtest/gtest.h>
#include <paceline/api/generation_stream.h>
#include <paceline/run/recorder.h>

#include <chrono>
#include <string>
#include <vector>

#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

std::string chunk(const std::string& delta) {
  return R"({"choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":null}]})";
}

const std::string thought = chunk(R"({"reasoning_content":"t"})");
const std::string word = chunk(R"({"content":" a"})");
const std::string argument = chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"x"}}]})");

Events repeated(std::size_t times, const std::string& event) {
  return Events(times, event);
}

/// Usage of chat completions. `details`: its further fields.
std::string usage(int tokens, const std::string& details = {}) {
  return R"({"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":)" +
         std::to_string(tokens) + details + "}}";
}

std::string with_reasoning(int tokens) {
  return R"(,"completion_tokens_details":{"reasoning_tokens":)" + std::to_string(tokens) + "}";
}

/// Records a stream whose events arrive 10 ms apart, the first 10 ms after the send.
void stream(Recording& recording, const std::vector<Events>& parts, const std::string& last,
            const std::string& path = "/chat/completions") {
  api::GenerationStream reader(api::GenerationStreamOptions{});
  Request request;
  request.url = "http://host/v1" + path;
  reader.begin(request);
  TimePoint now = recording.next_send();
  for (const Events& part : parts) {
    for (const std::string& event : part) reader.take("data: " + event + "\n\n", now += 10ms);
  }
  reader.take("data: " + last + "\n\ndata: [DONE]\n\n", now += 10ms);
  Response response;
  response.status = 200;
  const Outcome outcome = reader.finish(response);
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  recording.add_read(outcome, &reader.times());
}

TEST(RecorderThinkingTest, ThoughtsCountInTheTimePerToken) {
  Recording recording;
  const Events role{chunk(R"({"role":"assistant","content":""})")};
  const std::vector<Events> parts{role, repeated(90, thought), repeated(10, word)};
  // Whether or not the server tells how many of the tokens are reasoning.
  stream(recording, parts, usage(100, with_reasoning(90)));
  stream(recording, parts, usage(100));
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.count(), 2U);
  EXPECT_EQ(tokens.tpot.min(), 10ms);
  EXPECT_EQ(tokens.tpot.max(), 10ms);
  EXPECT_EQ(tokens.itl.count(), 198U);
  EXPECT_EQ(tokens.itl.mean(), 10ms);
  EXPECT_EQ(tokens.itl.stddev(), 0ns);
  // The event that only names the role comes first.
  EXPECT_EQ(tokens.ttft.max(), 20ms);
  EXPECT_EQ(tokens.ttfa.max(), 920ms);
  EXPECT_EQ(tokens.thinking.count(), 2U);
  EXPECT_EQ(tokens.thinking.max(), 900ms);
  EXPECT_EQ(tokens.out, 200U);
  EXPECT_EQ(tokens.reasoning, 90U);
  EXPECT_EQ(tokens.responses_with_reasoning, 1U);
}

TEST(RecorderThinkingTest, HiddenThoughtsAreNotDividedBy) {
  Recording recording;
  stream(recording, {repeated(10, word)}, usage(1010, with_reasoning(1000)));
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.max(), 10ms);
  EXPECT_EQ(tokens.out, 1010U);
  EXPECT_EQ(tokens.reasoning, 1000U);
  // Nobody knows when they began.
  EXPECT_EQ(tokens.thinking.count(), 0U);
  EXPECT_EQ(tokens.streams_with_thoughts, 0U);
}

TEST(RecorderThinkingTest, ASummaryIsNotDividedByTheThoughtsBehindIt) {
  Recording recording;
  const auto delta = [](const std::string& type) {
    return R"({"type":")" + type + R"(","delta":"x"})";
  };
  stream(recording,
         {repeated(20, delta("response.reasoning_summary_text.delta")),
          repeated(5, delta("response.output_text.delta"))},
         R"({"type":"response.completed","response":{"status":"completed","usage":)"
         R"({"input_tokens":5,"output_tokens":105,"output_tokens_details":)"
         R"({"reasoning_tokens":100}}}})",
         "/responses");
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.max(), 10ms);
  EXPECT_EQ(tokens.thinking.max(), 200ms);
  EXPECT_EQ(tokens.reasoning, 100U);
}

TEST(RecorderThinkingTest, TheArgumentsOfAToolCallAreAnAnswer) {
  Recording recording;
  stream(recording, {repeated(3, word), repeated(97, argument)}, usage(100));
  stream(recording, {repeated(3, thought), repeated(97, argument)}, usage(100));
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.min(), 10ms);
  EXPECT_EQ(tokens.tpot.max(), 10ms);
  EXPECT_EQ(tokens.thinking.count(), 1U);
  EXPECT_EQ(tokens.thinking.max(), 30ms);
}

TEST(RecorderThinkingTest, ThoughtsWithoutAnAnswerHaveNoEnd) {
  Recording recording;
  stream(recording, {repeated(5, thought)}, usage(5, with_reasoning(5)));
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.streams_with_thoughts, 1U);
  EXPECT_EQ(tokens.thinking.count(), 0U);
  EXPECT_EQ(tokens.ttfa.count(), 0U);
  EXPECT_EQ(tokens.ttft.max(), 10ms);
}

}  // namespace
}  // namespace paceline::run
