#include "generation_reading.h"

#include <chrono>
#include <string>
#include <vector>

namespace paceline::api {
namespace {

TEST(GenerationStreamTokensTest, OnlyEventsWithTextAreTokens) {
  Reading reading("/chat/completions");
  reading.take({role_chunk, text_chunk("one"), text_chunk(""),
                chunk(R"({"index":0,"delta":{"content":null},"finish_reason":null})"),
                text_chunk(" two"), text_chunk(" three"), stop_chunk, usage_chunk, done});
  const Outcome outcome = reading.finish();
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  const TokenTimes& times = reading.stream_->times();
  EXPECT_EQ(times.events, 3U);
  EXPECT_EQ(times.first - stream_start, 2ms);
  EXPECT_EQ(times.last - stream_start, 6ms);
  EXPECT_EQ(times.gaps, (std::vector<std::chrono::nanoseconds>{3ms, 1ms}));
}

TEST(GenerationStreamTokensTest, EventsInOnePieceHaveNoTimeBetweenThem) {
  Reading reading("/chat/completions");
  reading.take({text_chunk("one") + text_chunk("two"), stop_chunk});
  EXPECT_FALSE(reading.finish().failure);
  EXPECT_EQ(reading.stream_->times().gaps, (std::vector<std::chrono::nanoseconds>{0ms}));
}

TEST(GenerationStreamTokensTest, UsageComesInTheLastEventOrInEvery) {
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

TEST(GenerationStreamTokensTest, AUsageEventNeedsNoChoices) {
  for (const char* choices : {R"("choices":null,)", ""}) {
    const Outcome outcome = chat({text_chunk("x"), stop_chunk,
                                  event("{" + std::string(choices) +
                                        R"("usage":{"prompt_tokens":9,"completion_tokens":5}})"),
                                  done})
                                .finish();
    EXPECT_FALSE(outcome.failure) << outcome.error.message;
    ASSERT_TRUE(outcome.usage);
    EXPECT_EQ(outcome.usage->completion_tokens, 5U);
  }
}

TEST(GenerationStreamTokensTest, EachKindOfOutputIsAToken) {
  for (const char* delta :
       {R"({"content":"x"})", R"({"role":"assistant","refusal":"no"})",
        R"({"content":[{"type":"text","text":"x"}]})",
        R"({"tool_calls":[{"index":0,"function":{"arguments":"{"}}]})",
        R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]})",
        R"({"function_call":{"name":"f"}})", R"({"audio":{"data":"AAAA"}})",
        R"({"content":null,"reasoning":null,"refusal":"no"})"}) {
    Reading reading("/chat/completions");
    reading.take({role_chunk, delta_chunk(delta), stop_chunk});
    EXPECT_FALSE(reading.finish().failure) << delta;
    EXPECT_EQ(reading.stream_->times().events, 1U) << delta;
    EXPECT_EQ(reading.stream_->times().first_answer, stream_start + 2ms) << delta;
  }
  for (const char* delta :
       {R"({"reasoning_content":"x"})", R"({"reasoning":"x","content":""})",
        R"({"reasoning":"x","reasoning_content":"x"})", R"({"thinking":"x"})",
        R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"x"}]}]})",
        R"({"reasoning_details":[{"type":"reasoning.text","text":"x"}]})"}) {
    Reading reading("/chat/completions");
    reading.take({delta_chunk(delta), stop_chunk});
    EXPECT_FALSE(reading.finish().failure) << delta;
    EXPECT_EQ(reading.stream_->times().events, 1U) << delta;
    EXPECT_FALSE(reading.stream_->times().first_answer) << delta;
  }
  for (const char* delta :
       {R"({"content":[]})", R"({"content":[{"type":"text","text":""}]})", R"({"tool_calls":[]})",
        R"({"tool_calls":null})", R"({"reasoning_details":[]})",
        R"({"tool_calls":[{"index":0,"function":{"arguments":""}}]})", "null", "{}", "7"}) {
    Reading reading("/chat/completions");
    reading.take({delta_chunk(delta), stop_chunk});
    EXPECT_FALSE(reading.finish().failure) << delta;
    EXPECT_EQ(reading.stream_->times().events, 0U) << delta;
  }
}

TEST(GenerationStreamTokensTest, EachKindOfAResponsesOutputIsAToken) {
  const auto times_of = [](const std::string& type) {
    Reading reading("/responses");
    reading.take({event(R"({"type":")" + type + R"(","delta":"x"})")});
    return reading.stream_->times();
  };
  for (const char* type : {"response.output_text.delta", "response.function_call_arguments.delta",
                           "response.refusal.delta", "response.custom_tool_call_input.delta"}) {
    EXPECT_EQ(times_of(type).events, 1U) << type;
    EXPECT_TRUE(times_of(type).first_answer) << type;
  }
  for (const char* type : {"response.reasoning_text.delta", "response.reasoning_summary_text.delta",
                           "response.reasoning.delta"}) {
    EXPECT_EQ(times_of(type).events, 1U) << type;
    EXPECT_FALSE(times_of(type).first_answer) << type;
  }
  EXPECT_EQ(times_of("response.output_text.done").events, 0U);
}

TEST(GenerationStreamTokensTest, TheAnswerComesAfterTheThoughts) {
  Reading reading("/chat/completions");
  reading.take(repeated(3, delta_chunk(R"({"reasoning_content":"hmm"})")));
  reading.take({text_chunk("x"), stop_chunk});
  EXPECT_EQ(reading.stream_->times().first, stream_start + 1ms);
  EXPECT_EQ(reading.stream_->times().first_answer, stream_start + 4ms);
  EXPECT_EQ(reading.stream_->times().events, 4U);
}

TEST(GenerationStreamTokensTest, TellsTheTokensThatItsEventsBrought) {
  const std::string thought = delta_chunk(R"({"reasoning_content":"t"})");
  const std::string long_thought =
      delta_chunk(R"({"reasoning":")" + std::string(400, 't') + R"("})");
  const auto streamed = [](const std::vector<std::string>& thoughts, const std::string& usage) {
    Reading reading("/chat/completions");
    reading.take(thoughts).take({text_chunk("x"), stop_chunk, usage, done});
    return reading.finish().streamed_tokens;
  };
  EXPECT_EQ(streamed({}, usage_of(1010, 1000)), 10U);
  EXPECT_EQ(streamed(repeated(90, thought), usage_of(100, 90)), std::nullopt);
  // Several tokens in each event, and then a short summary of many thoughts.
  EXPECT_EQ(streamed({long_thought}, usage_of(110, 100)), std::nullopt);
  EXPECT_EQ(streamed({long_thought}, usage_of(2000, 1990)), 11U);
  EXPECT_EQ(streamed(repeated(90, thought), usage_of(120, 0)), std::nullopt);
  // A server that does not count the thoughts that it shows.
  EXPECT_EQ(streamed(repeated(9, thought), usage_of(1, 0)), 10U);
  // Only thoughts.
  Reading only_thoughts("/chat/completions");
  only_thoughts.take(repeated(8, thought)).take({stop_chunk, usage_of(13, 5), done});
  EXPECT_EQ(only_thoughts.finish().streamed_tokens, 8U);
  // No part is more than the whole.
  EXPECT_EQ(streamed({}, usage_of(10, 20)), std::nullopt);

  Reading response("/responses");
  response.take(repeated(
      20, event(R"({"type":"response.reasoning_summary_text.delta","delta":"a long summary"})")));
  response.take({delta_event});
  response.take(
      {event(R"({"type":"response.completed","response":{"usage":{"input_tokens":5,)"
             R"("output_tokens":105,"output_tokens_details":{"reasoning_tokens":90}}}})")});
  EXPECT_EQ(response.finish().streamed_tokens, 35U);
}

TEST(GenerationStreamTokensTest, UsageThatTheStreamDisprovesIsNone) {
  const auto usage_in = [](const std::string& usage) {
    return chat({text_chunk("x"),
                 chunk("", R"(,"usage":{"prompt_tokens":10,"completion_tokens":5})"), stop_chunk,
                 chunk("", R"(,"usage":)" + usage), done})
        .finish()
        .usage;
  };
  const std::string zeros = R"({"prompt_tokens":0,"completion_tokens":0})";
  EXPECT_EQ(usage_in(zeros)->completion_tokens, 5U);
  EXPECT_EQ(usage_in("null")->completion_tokens, 5U);
  EXPECT_EQ(usage_in(R"({"completion_tokens":6})")->prompt_tokens, 10U);
  EXPECT_FALSE(chat({text_chunk("x"), chunk("", R"(,"usage":)" + zeros), done}).finish().usage);
  const auto half =
      chat({text_chunk("x"), chunk("", R"(,"usage":{"prompt_tokens":10,"completion_tokens":0})"),
            done})
          .finish()
          .usage;
  EXPECT_EQ(half->prompt_tokens, 10U);
  EXPECT_FALSE(half->completion_tokens);
}

/// A stream whose chunks have the usage so far.
std::vector<std::chrono::nanoseconds> gaps_with_usage(const std::vector<std::uint64_t>& tokens,
                                                      bool has_chunk_usage = true) {
  GenerationStream stream({.has_chunk_usage = has_chunk_usage});
  stream.begin(request_to("http://host/v1/chat/completions"));
  TimePoint now = stream_start;
  for (const std::uint64_t so_far : tokens) {
    now += 12ms;
    stream.take(
        chunk(R"({"index":0,"delta":{"content":"x"},"finish_reason":null})",
              R"(,"usage":{"prompt_tokens":1,"completion_tokens":)" + std::to_string(so_far) + "}"),
        now);
  }
  return stream.times().gaps;
}

TEST(ChunkUsageTest, AGapIsDividedAmongTheTokensOfItsChunk) {
  const std::vector<std::chrono::nanoseconds> gaps = gaps_with_usage({2, 3, 6});
  EXPECT_EQ(gaps, (std::vector<std::chrono::nanoseconds>{12ms, 4ms, 4ms, 4ms}));
  EXPECT_EQ(gaps_with_usage({2, 3, 6}, false), (std::vector<std::chrono::nanoseconds>{12ms, 12ms}));
}

TEST(ChunkUsageTest, AWrongCountIsOneToken) {
  EXPECT_EQ(gaps_with_usage({5, 5, 3, 6}).size(), 3U);
  EXPECT_LE(gaps_with_usage({1, 900'000'000}).size(), 256U);
}

TEST(StreamedToolCallsTest, CallsOfTwoChoicesAreApart) {
  const auto piece = [](int choice, const std::string& arguments) {
    return chunk(R"({"delta":{"tool_calls":[{"index":0,"function":{"arguments":")" + arguments +
                 R"("}}]},"index":)" + std::to_string(choice) + "}");
  };
  const auto are_valid = [&](const std::string& last) {
    return chat({piece(0, R"({\"a\")"), piece(1, R"({\"b\")"), piece(0, ":1}"), piece(1, last),
                 done})
        .finish()
        .tool_calls_valid;
  };
  EXPECT_EQ(are_valid(":2}"), true);
  EXPECT_EQ(are_valid(":2"), false);
}

}  // namespace
}  // namespace paceline::api
