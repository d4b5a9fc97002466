#include <gtest/gtest.h>
#include <paceline/stats/run_tally.h>

#include <array>
#include <chrono>
#include <cstdint>

#include "../../message_of.h"

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

Tally some_tally() {
  Tally tally;
  tally.planned = 10;
  tally.sent = 9;
  tally.sends = 9;
  tally.succeeded = 6;
  tally.not_sent = 1;
  tally.first_send = 1s;
  tally.last_send = 3s;
  tally.last_done = 4s;
  tally.count_failure(Failure::timeout, 2, {ErrorCode::request_failed, "too slow"});
  tally.count_failure(Failure::http_5xx, 1, {ErrorCode::request_failed, "broken"});
  return tally;
}

TEST(TallyTest, AddsUp) {
  Tally tally = some_tally();
  EXPECT_TRUE(tally.adds_up());
  ++tally.failed;
  EXPECT_FALSE(tally.adds_up());
  --tally.failed;
  ++tally.cut_off;
  EXPECT_FALSE(tally.adds_up());
  ++tally.planned;
  EXPECT_TRUE(tally.adds_up());
  ++tally.cancelled;
  EXPECT_FALSE(tally.adds_up());
  ++tally.planned;
  EXPECT_TRUE(tally.adds_up());
}

TEST(TallyTest, WhatAStopHasUndoneIsNotJudged) {
  Tally tally = some_tally();
  tally.cut_off = 5;
  tally.cancelled = 4;
  EXPECT_DOUBLE_EQ(tally.error_ratio(), 3.0 / 9);
  EXPECT_DOUBLE_EQ(tally.settled_error_ratio(), 3.0 / 9);
  tally.abandoned = 2;
  EXPECT_DOUBLE_EQ(tally.settled_error_ratio(), 1.0 / 7);
  EXPECT_EQ(Tally().settled_error_ratio(), 0);
}

TEST(TallyTest, TimeInFlightIsTheMean) {
  Tally tally;
  EXPECT_EQ(tally.mean_time_in_flight(), 0ns);
  tally.ended_sends = 4;
  tally.time_in_flight = 10s;
  EXPECT_EQ(tally.mean_time_in_flight(), 2500ms);
}

TEST(TallyTest, Rates) {
  const Tally tally = some_tally();
  EXPECT_DOUBLE_EQ(tally.achieved_rpm(), 240);
  EXPECT_DOUBLE_EQ(tally.rps(), 3);
  EXPECT_DOUBLE_EQ(tally.error_ratio(), 3.0 / 9);
  EXPECT_EQ(message_of(tally.first_failure), "too slow");
}

TEST(TallyTest, NothingSentHasNoRates) {
  const Tally tally;
  EXPECT_EQ(tally.achieved_rpm(), 0);
  EXPECT_EQ(tally.rps(), 0);
  EXPECT_EQ(tally.error_ratio(), 0);
  EXPECT_TRUE(tally.adds_up());
}

TEST(TallyTest, MergesStripesOfOneRun) {
  Tally left = some_tally();
  Tally right = some_tally();
  right.first_send = 500ms;
  right.last_done = 5s;
  right.latency.record(7ms);
  left.connect.record(1ms);
  right.connect.record(2ms);
  left.connect_requests = right.connect_requests = 1;
  for (Tally* tally : {&left, &right}) tally->ended_by_second.add(3s, 4);
  right.cut_off = 2;
  right.cancelled = 3;
  right.planned = 5;
  right.succeeded = right.failed = right.not_sent = 0;
  right.longest_silence = 3s;
  left.longest_silence = 1s;
  left.parallel_wait = right.parallel_wait = 2s;
  left.ended_sends = right.ended_sends = 1;
  left.time_in_flight = right.time_in_flight = 5s;
  left.merge(right);
  EXPECT_TRUE(left.adds_up());
  EXPECT_EQ(left.planned, 15U);
  EXPECT_EQ(left.cut_off, 2U);
  EXPECT_EQ(left.cancelled, 3U);
  EXPECT_EQ(left.longest_silence, 3s);
  EXPECT_EQ(left.parallel_wait, 4s);
  EXPECT_EQ(left.mean_time_in_flight(), 5s);
  EXPECT_EQ(left.failures[static_cast<std::size_t>(Failure::timeout)], 4U);
  EXPECT_EQ(left.first_send, 500ms);
  EXPECT_EQ(left.last_done, 5s);
  EXPECT_EQ(left.ended_by_second.highest(), 8U);
  EXPECT_EQ(left.latency.count(), 1U);
  EXPECT_EQ(left.connect.count(), 2U);
  EXPECT_EQ(left.connect_requests, 2U);
}

TEST(TallyTest, MergesTheTokensOfStripes) {
  TokenTally left;
  left.thinking.record(2s);
  left.reasoning = 90;
  left.responses_with_reasoning = 1;
  left.stream_rates.record(50'000'000);
  left.out_by_second.add(3s, 7);
  left.finishes = {5, 3, 1, 0, 1};
  left.responses_with_tool_calls = 2;
  left.responses_with_valid_tool_calls = 1;
  const TokenTally right = left;
  left.merge(right);
  EXPECT_EQ(left.thinking.count(), 2U);
  EXPECT_EQ(left.reasoning, 180U);
  EXPECT_EQ(left.responses_with_reasoning, 2U);
  EXPECT_EQ(left.stream_rates.count(), 2U);
  EXPECT_DOUBLE_EQ(left.tokens_per_user(), 50);
  EXPECT_EQ(left.out_by_second.highest(), 14U);
  EXPECT_EQ(left.finishes, (std::array<std::uint64_t, 5>{10, 6, 2, 0, 2}));
  EXPECT_EQ(left.responses_with_tool_calls, 4U);
  EXPECT_EQ(left.responses_with_valid_tool_calls, 2U);
}

TEST(TallyTest, MergesWarmAndColdPrefixes) {
  PrefixTally left;
  EXPECT_EQ(left.warm_ratio(), 0);
  left.cold = 1;
  PrefixTally right;
  right.warm = 3;
  right.warm_ttft.emplace().record(5ms);
  TokenTally whole;
  whole.prefixes = left;
  TokenTally other;
  other.prefixes = right;
  whole.merge(other);
  whole.merge(other);
  EXPECT_EQ(whole.prefixes.warm, 6U);
  EXPECT_EQ(whole.prefixes.cold, 1U);
  EXPECT_DOUBLE_EQ(whole.prefixes.warm_ratio(), 6.0 / 7);
  EXPECT_EQ(whole.prefixes.warm_ttft->count(), 2U);
  EXPECT_FALSE(whole.prefixes.cold_ttft);
}

TEST(TallyTest, TheSharesOfFinishesAreOfKnownReasons) {
  TokenTally tokens;
  EXPECT_EQ(tokens.responses_with_finish(), 0U);
  EXPECT_EQ(tokens.finish_ratio(Finish::length), 0);
  tokens.responses_with_usage = 20;
  tokens.finishes = {5, 3, 1, 0, 1};
  EXPECT_EQ(tokens.responses_with_finish(), 10U);
  EXPECT_EQ(tokens.finish_ratio(Finish::stop), 0.5);
  EXPECT_EQ(tokens.finish_ratio(Finish::length), 0.3);
  EXPECT_EQ(tokens.finish_ratio(Finish::content_filter), 0);
}

TEST(TallyTest, ARunsTallyMergesOverTime) {
  RunTally left;
  RunTally right;
  for (RunTally* tally : {&left, &right}) {
    tally->timeline.emplace();
    tally->timeline->depart(0s, 0s);
  }
  left.merge(right);
  EXPECT_EQ(left.timeline->slices().front().sent, 2U);
  // A process that could not begin has none.
  left.merge({});
  EXPECT_EQ(left.timeline->slices().front().sent, 2U);
}

TEST(TallyTest, ARunsTallyMergesHowItsLatencyWent) {
  RunTally left;
  RunTally right;
  for (RunTally* tally : {&left, &right}) {
    tally->succeeded = tally->planned = 1;
    const bool is_left = tally == &left;
    tally->due_latency_trend.record(is_left ? 0 : 10, is_left ? 1 : 6);
    for (int i = 0; i < 9; ++i) tally->course.record((1 + i % 3) * 1s, 50ms);
    for (int i = 0; i < 30; ++i) tally->levels.record(is_left ? 10 : 40, is_left ? 50ms : 200ms);
  }
  EXPECT_FALSE(left.course.thirds());
  EXPECT_FALSE(left.levels.saturation());
  left.merge(right);
  EXPECT_EQ(left.succeeded, 2U);
  EXPECT_DOUBLE_EQ(left.due_latency_trend.slope(), 0.5);
  EXPECT_TRUE(left.course.thirds());
  EXPECT_TRUE(left.levels.saturation());
}

}  // namespace
}  // namespace paceline::stats
