#include <endpoint/response_body.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "sent_events.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint begin(1h);

class TokenStreamTest : public testing::Test {
 protected:
  void start(std::size_t tokens, std::chrono::nanoseconds token_time,
             const GenerationFormat& format = chat_format()) {
    response_.model = "m";
    response_.tokens = tokens;
    token_time_ = LatencyModel::fixed(token_time);
    stream_.start(response_, format, begin + 10ms, token_time_);
  }

  std::string read(TimePoint now, std::size_t room = 1 << 16) {
    std::vector<char> buffer(room);
    const auto step = stream_.read(buffer, now);
    tokens_ += step.tokens;
    events_ += step.events;
    return {buffer.data(), step.bytes};
  }

  /// Reads the stream to its end, at most `room` bytes at a time.
  std::string read_all(std::size_t room) {
    std::string all;
    while (!stream_.has_ended()) {
      const auto part = read(TimePoint::max(), room);
      EXPECT_FALSE(part.empty());
      all += part;
    }
    EXPECT_EQ(read(TimePoint::max(), room), "");
    return all;
  }

  Generation response_;
  LatencyModel token_time_ = LatencyModel::fixed(0ns);
  TokenStream stream_;
  std::size_t tokens_ = 0;
  std::size_t events_ = 0;
};

TEST_F(TokenStreamTest, WritesEachTokenWhenItIsDueAndNotBefore) {
  start(3, 4ms);
  EXPECT_EQ(read(begin + 10ms - 1ns), "");
  EXPECT_EQ(stream_.due(), begin + 10ms);
  // The opening goes with the first token.
  EXPECT_EQ(sent_events(read(begin + 10ms)).size(), 2U);
  EXPECT_EQ(tokens_, 1U);
  EXPECT_EQ(stream_.due(), begin + 14ms);
  EXPECT_EQ(read(begin + 13ms), "");
  EXPECT_EQ(sent_events(read(begin + 14ms)).size(), 1U);
  EXPECT_FALSE(stream_.has_all_tokens());
  // The finish reason and [DONE] go with the last.
  EXPECT_EQ(sent_events(read(begin + 18ms)).size(), 3U);
  EXPECT_EQ(tokens_, 3U);
  EXPECT_TRUE(stream_.has_all_tokens());
  EXPECT_TRUE(stream_.has_ended());
  EXPECT_EQ(stream_.due(), begin + 18ms);
}

TEST_F(TokenStreamTest, MakesUpForALateReadWithoutMovingTheRest) {
  start(4, 4ms);
  EXPECT_EQ(sent_events(read(begin + 19ms)).size(), 4U);
  EXPECT_EQ(tokens_, 3U);
  EXPECT_EQ(stream_.due(), begin + 22ms);
}

TEST_F(TokenStreamTest, WritesAllAtOnceWithoutTokenTime) {
  start(100, 0ms);
  EXPECT_EQ(sent_events(read(begin + 10ms)).size(), 103U);
  EXPECT_TRUE(stream_.has_ended());
}

TEST_F(TokenStreamTest, CutsNoEventThatFits) {
  start(100, 0ms);
  while (!stream_.has_ended()) {
    const auto part = read(begin + 10ms, 1'000);
    EXPECT_LE(part.size(), 1'000U);
    EXPECT_TRUE(part.ends_with("\n\n"));
  }
  EXPECT_EQ(tokens_, 100U);
}

TEST_F(TokenStreamTest, IsTheSameInRoomsOfAnySize) {
  for (const auto* format : {&chat_format(), &responses_format(), &messages_format()}) {
    start(20, 0ms, *format);
    const auto whole = read_all(1 << 16);
    for (const std::size_t room : {1U, 7U, 100U, 229U, 230U, 500U, 1'024U}) {
      start(20, 0ms, *format);
      EXPECT_EQ(read_all(room), whole) << room;
    }
  }
}

TEST_F(TokenStreamTest, NumbersTheEventsOfResponses) {
  start(12, 0ms, responses_format());
  const auto events = sent_events(read_all(1 << 16));
  ASSERT_EQ(events.size(), 20U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto number = "\"sequence_number\":" + std::to_string(i);
    EXPECT_NE(events[i].data.find(number), std::string::npos) << events[i].data;
  }
}

TEST_F(TokenStreamTest, StartsAgainAfterItWasLeftHalfRead) {
  start(5, 0ms);
  const auto whole = read_all(1 << 16);
  start(5, 0ms);
  read(begin + 10ms, 10);
  start(5, 0ms);
  EXPECT_EQ(read_all(1 << 16), whole);
}

TEST_F(TokenStreamTest, GivesEachChoiceItsTokenInTurn) {
  response_.choices = 12;
  start(2, 5ms);
  auto text = read(begin + 10ms);
  EXPECT_EQ(tokens_, 12U);
  EXPECT_EQ(stream_.due(), begin + 15ms);
  EXPECT_FALSE(stream_.has_all_tokens());
  text += read(begin + 15ms);
  EXPECT_EQ(tokens_, 24U);
  EXPECT_TRUE(stream_.has_ended());
  // A role, two tokens and a finish reason per choice, and the end.
  const auto events = sent_events(text);
  ASSERT_EQ(events.size(), 49U);
  EXPECT_NE(events[12 + 11].data.find(R"({"index":11,"delta":{"content":"one"})"),
            std::string::npos);
  EXPECT_NE(events[24].data.find(R"({"index":0,"delta":{"content":" line"})"), std::string::npos);
  start(2, 0ms);
  EXPECT_EQ(read_all(7), text);
}

TEST_F(TokenStreamTest, SendsSeveralTokensWhenTheLastOfThemIsDue) {
  response_.tokens_per_event = 2;
  start(5, 4ms);
  EXPECT_EQ(read(begin + 13ms), "");
  EXPECT_EQ(stream_.due(), begin + 14ms);
  const auto first = sent_events(read(begin + 14ms));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_NE(first[1].data.find(R"("content":"one line")"), std::string::npos) << first[1].data;
  EXPECT_EQ(tokens_, 2U);
  EXPECT_EQ(events_, 1U);
  EXPECT_EQ(stream_.due(), begin + 22ms);
  EXPECT_EQ(sent_events(read(begin + 22ms)).size(), 1U);
  // The last event has the rest, and the finish reason and [DONE] follow.
  EXPECT_EQ(stream_.due(), begin + 26ms);
  const auto last = sent_events(read(begin + 26ms));
  ASSERT_EQ(last.size(), 3U);
  EXPECT_NE(last[0].data.find(R"("content":" pace")"), std::string::npos) << last[0].data;
  EXPECT_EQ(tokens_, 5U);
  EXPECT_EQ(events_, 3U);
  EXPECT_TRUE(stream_.has_ended());
}

TEST_F(TokenStreamTest, NumbersEventsOfSeveralTokens) {
  response_.tokens_per_event = 3;
  start(7, 0ms, responses_format());
  const auto events = sent_events(read_all(1 << 16));
  ASSERT_EQ(events.size(), 4U + 3 + 4);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto number = "\"sequence_number\":" + std::to_string(i);
    EXPECT_NE(events[i].data.find(number), std::string::npos) << events[i].data;
  }
}

TEST_F(TokenStreamTest, HasTheUsageSoFarInEachEvent) {
  response_.tokens_per_event = 2;
  response_.includes_usage = true;
  response_.has_running_usage = true;
  response_.prompt_tokens = 40;
  start(5, 0ms);
  const auto events = sent_events(read_all(1 << 16));
  ASSERT_EQ(events.size(), 1U + 3 + 3);
  constexpr std::array<std::size_t, 5> sums = {0, 2, 4, 5, 5};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto usage = R"("usage":{"prompt_tokens":40,"completion_tokens":)" +
                       std::to_string(sums[i]) + R"(,"total_tokens":)" +
                       std::to_string(40 + sums[i]) + "}}";
    EXPECT_TRUE(events[i].data.ends_with(usage)) << events[i].data;
  }
  start(5, 0ms);
  EXPECT_EQ(sent_events(read_all(7)).size(), events.size());
}

TEST_F(TokenStreamTest, CutsJsonIntoTokens) {
  response_.json = R"({"a":"\""})";
  start(4, 0ms);
  const auto text = read_all(1 << 16);
  for (const char* token : {R"("content":"{\"a\"")", R"("content":":\"\\\"")", R"("content":"\"}")",
                            R"("content":" ")"}) {
    EXPECT_NE(text.find(token), std::string::npos) << token << " in " << text;
  }
  start(4, 0ms);
  EXPECT_EQ(read_all(7), text);
}

}  // namespace
}  // namespace paceline::endpoint
