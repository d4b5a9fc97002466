#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <chrono>

#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

// The responses of a Recording are sent 1 s, 2 s, … after the start of the run, and end 10 ms
// later.

TEST(RecorderRatesTest, AUsersRateIsTheMeanOfTheStreams) {
  Recording recording;
  // 20 and 60 tokens in 10 ms.
  recording.add(good(Usage{.completion_tokens = 20}), {2ms, 4ms});
  recording.add(good(Usage{.completion_tokens = 60}), {2ms, 4ms});
  // Events are the tokens here.
  recording.add(good(), {2ms, 4ms});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.stream_rates.count(), 3U);
  EXPECT_DOUBLE_EQ(tokens.tokens_per_user(), (2000 + 6000 + 200) / 3.0);
}

TEST(RecorderRatesTest, OnlyStreamsWithTokensHaveAUser) {
  Recording recording;
  recording.add(good(Usage{.completion_tokens = 20}), {}, false);
  recording.add(good(Usage{.completion_tokens = 0}), {});
  recording.add(good(), {});
  recording.add(failed(Failure::bad_response, "broke off"), {2ms});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.stream_rates.count(), 0U);
  EXPECT_EQ(tokens.tokens_per_user(), 0);
}

TEST(RecorderRatesTest, TheFastestStreamHasTheHighestRateThatCounts) {
  Recording recording;
  recording.add(good(Usage{.completion_tokens = 1'000'000'000'000}), {1ns});
  EXPECT_DOUBLE_EQ(recording.finish().tokens.tokens_per_user(),
                   static_cast<double>(Moments::largest) / 1e6);
}

TEST(RecorderRatesTest, TokensCountInTheSecondOfTheirEvent) {
  Recording recording;
  // Sent at 1 s: 3 tokens before 2 s, and 2 tokens after.
  recording.add(good(), {100ms, 200ms, 999ms, 1000ms, 1500ms});
  // Sent at 2 s: 4 more before 3 s.
  recording.add(good(), {0ms, 1ms, 2ms, 3ms, 1001ms});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.out_by_second.highest(), 6U);
  EXPECT_EQ(tokens.out, 10U);
}

TEST(RecorderRatesTest, TokensAreSpreadEvenlyOverTheEvents) {
  Recording recording;
  // Sent at 1 s. 11 tokens in four events: 2 and 3, and in the next second 3 and 3.
  recording.add(good(Usage{.completion_tokens = 11}), {0ms, 1ms, 1000ms, 1001ms});
  EXPECT_EQ(recording.finish().tokens.out_by_second.highest(), 6U);
}

TEST(RecorderRatesTest, HiddenThoughtsCountWithTheFirstEvent) {
  Recording recording;
  Outcome outcome = good(Usage{.completion_tokens = 104});
  outcome.streamed_tokens = 4;
  recording.add(outcome, {0ms, 1ms, 1000ms, 1001ms});
  EXPECT_EQ(recording.finish().tokens.out_by_second.highest(), 102U);
}

TEST(RecorderRatesTest, ThoughtsThatUsageDoesNotCountAreNoTokensOfTheSecond) {
  Recording recording;
  Outcome outcome = good(Usage{.completion_tokens = 2});
  outcome.streamed_tokens = 4;
  recording.add(outcome, {0ms, 1ms, 1000ms, 1001ms});
  EXPECT_EQ(recording.finish().tokens.out_by_second.highest(), 1U);
}

TEST(RecorderRatesTest, AWholeResponseArrivesWithItsLastByte) {
  Recording recording;
  recording.add(good(Usage{.completion_tokens = 7}), {}, false);
  recording.add(good(Usage{.completion_tokens = 9}), {}, false);
  const stats::RunTally tally = recording.finish();
  EXPECT_EQ(tally.tokens.out_by_second.highest(), 9U);
  EXPECT_EQ(tally.ended_by_second.highest(), 1U);
}

TEST(RecorderRatesTest, ResponsesOfASecondIncludeFailuresAndNoWarmUp) {
  const RunPlan options;
  Recorder recorder(options, 3);
  recorder.begin(start);
  http::Exchange exchange{0};
  exchange.response.sent = start + 900ms;
  PendingRequest pending{.slot = {}, .item = 0, .is_counted = true, .tries = 1, .in_flight = 1};
  const auto end_at = [&](std::chrono::nanoseconds done, const Outcome& outcome) {
    exchange.response.done = start + done;
    recorder.departed(pending, {.now = 900ms, .possible = 900ms});
    recorder.ended(pending, exchange, outcome, nullptr);
  };
  end_at(1000ms, good(Usage{.completion_tokens = 5}));
  end_at(1999ms, failed(Failure::http_5xx, "broken"));
  end_at(2000ms, good());
  pending.is_counted = false;
  end_at(2500ms, good(Usage{.completion_tokens = 50}));
  const stats::RunTally tally = recorder.finish(false, {});
  EXPECT_EQ(tally.ended_by_second.highest(), 2U);
  EXPECT_EQ(tally.tokens.out_by_second.highest(), 5U);
}

}  // namespace
}  // namespace paceline::run
