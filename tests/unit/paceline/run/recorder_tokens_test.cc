#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "../../message_of.h"
#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

TEST(RecorderTokensTest, TokenTimesAreTheirFormulas) {
  Recording recording;
  recording.add(good(Usage{7, 5, 0}), {200ns, 500ns, 600ns, 1000ns});
  const TokenTally tokens = recording.finish().tokens;
  // Send to first event with text.
  EXPECT_EQ(tokens.ttft.count(), 1U);
  EXPECT_EQ(tokens.ttft.max(), 200ns);
  // Each gap: 300, 100, 400.
  EXPECT_EQ(tokens.itl.count(), 3U);
  EXPECT_EQ(tokens.itl.min(), 100ns);
  EXPECT_EQ(tokens.itl.quantile(0.5), 300ns);
  EXPECT_EQ(tokens.itl.max(), 400ns);
  // (1000 - 200) / (5 - 1), by the server's count and not by the four events.
  EXPECT_EQ(tokens.tpot.count(), 1U);
  EXPECT_EQ(tokens.tpot.max(), 200ns);
}

TEST(RecorderTokensTest, ThoughtsThatNoEventBroughtAreNotDividedBy) {
  Recording recording;
  Outcome outcome = good(Usage{.prompt_tokens = 7, .completion_tokens = 1005});
  outcome.streamed_tokens = 5;
  recording.add(outcome, {200ns, 500ns, 600ns, 1000ns});
  outcome.streamed_tokens = 1;
  recording.add(outcome, {200ns, 500ns});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.count(), 1U);
  EXPECT_EQ(tokens.tpot.max(), 200ns);
  EXPECT_EQ(tokens.out, 2010U);
}

TEST(RecorderTokensTest, WhatUsageDoesNotTellIsNotCounted) {
  Recording recording;
  recording.add(good(Usage{.prompt_tokens = 7}), {100ns, 300ns});
  recording.add(good(Usage{.completion_tokens = 4, .cached_tokens = 3}), {100ns, 300ns});
  recording.add(good(Usage{.prompt_tokens = 9}), {}, false);
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.out, 6U);
  EXPECT_EQ(tokens.responses_counted, 1U);
  EXPECT_EQ(tokens.responses_with_usage, 1U);
  EXPECT_EQ(tokens.in, 16U);
  EXPECT_EQ(tokens.responses_with_in, 2U);
  EXPECT_EQ(tokens.cached, 3U);
  EXPECT_EQ(tokens.responses_with_cached, 1U);
}

TEST(RecorderTokensTest, WithoutUsageEventsAreTheTokens) {
  Recording recording;
  recording.add(good(), {100ns, 300ns, 700ns});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.max(), 300ns);
  EXPECT_EQ(tokens.out, 3U);
  EXPECT_EQ(tokens.responses_counted, 1U);
  EXPECT_EQ(tokens.responses_with_usage, 0U);
  EXPECT_EQ(tokens.in, 0U);
}

TEST(RecorderTokensTest, UsageIsPreferredToEvents) {
  Recording recording;
  recording.add(good(Usage{11, 40, 8}), {100ns, 300ns});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.out, 40U);
  EXPECT_EQ(tokens.in, 11U);
  EXPECT_EQ(tokens.cached, 8U);
  EXPECT_EQ(tokens.responses_with_usage, 1U);
  EXPECT_EQ(tokens.responses_counted, 0U);
}

TEST(RecorderTokensTest, OneEventSaysNothingOfTheTimeBetweenTokens) {
  Recording recording;
  // A server that sends its whole text at once would seem to make tokens in no time.
  recording.add(good(Usage{1, 50, 0}), {100ns});
  recording.add(good(), {100ns});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.ttft.count(), 2U);
  EXPECT_EQ(tokens.itl.count(), 0U);
  EXPECT_EQ(tokens.tpot.count(), 0U);
  EXPECT_EQ(tokens.out, 51U);
}

TEST(RecorderTokensTest, AStreamWithoutTextHasNoTokenTimes) {
  Recording recording;
  recording.add(good(Usage{1, 0, 0}));
  recording.add(good());
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.ttft.count(), 0U);
  EXPECT_EQ(tokens.responses(), 2U);
  EXPECT_EQ(tokens.out, 0U);
  EXPECT_EQ(tokens.streams, 2U);
  EXPECT_EQ(tokens.streams_without_tokens, 2U);
}

TEST(RecorderTokensTest, AWholeResponseHasTokensAndNoTokenTimes) {
  Recording recording;
  recording.add(good(Usage{3, 4, 2}), {}, false);
  recording.add(good(), {}, false);
  const Tally tally = recording.finish();
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
  EXPECT_EQ(tally.tokens.out, 4U);
  // Of the other response nobody knows.
  EXPECT_EQ(tally.tokens.responses(), 1U);
  EXPECT_EQ(tally.succeeded, 2U);
}

TEST(RecorderTokensTest, CountsWhyResponsesEnded) {
  Recording recording;
  const auto add = [&](std::optional<Finish> finish, std::optional<bool> tool_calls_valid = {}) {
    Outcome outcome = good(Usage{.completion_tokens = 4});
    outcome.finish = finish;
    outcome.tool_calls_valid = tool_calls_valid;
    recording.add(outcome, {}, false);
  };
  add(Finish::stop);
  add(Finish::length);
  add(Finish::length, false);
  add(Finish::tool_calls, true);
  add(Finish::tool_calls, true);
  add(Finish::other);
  // A server that reports no reason.
  add(std::nullopt);
  Outcome bad = failed(Failure::bad_response, "broke off");
  bad.finish = Finish::content_filter;
  bad.tool_calls_valid = true;
  recording.add(bad, {}, false);
  recording.pending_.is_counted = false;
  add(Finish::content_filter, false);
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.finishes, (std::array<std::uint64_t, finish_kinds>{1, 2, 2, 0, 1}));
  EXPECT_EQ(tokens.responses_with_tool_calls, 3U);
  EXPECT_EQ(tokens.responses_with_valid_tool_calls, 2U);
}

TEST(RecorderTokensTest, APrefixIsWarmIfHalfOfItWasCached) {
  Recording recording;
  recording.exchange_.request.prefix_tokens = 101;
  for (const std::uint64_t cached : {0U, 50U, 51U, 200U}) {
    const std::chrono::nanoseconds ttft(100 + cached);
    recording.add(good(Usage{.cached_tokens = cached}), {ttft, 300ns});
  }
  // Without token times, without tokens, and without a report of the cache.
  recording.add(good(Usage{.cached_tokens = 64}), {}, false);
  recording.add(good(Usage{.cached_tokens = 64}));
  recording.add(good(Usage{.prompt_tokens = 7}), {100ns});
  recording.add(good(), {100ns});
  recording.exchange_.request.prefix_tokens = 0;
  recording.add(good(Usage{.cached_tokens = 64}), {100ns});
  const PrefixTally prefixes = recording.finish().tokens.prefixes;
  EXPECT_EQ(prefixes.cold, 2U);
  EXPECT_EQ(prefixes.warm, 4U);
  EXPECT_EQ(prefixes.cold_ttft->count(), 2U);
  EXPECT_EQ(prefixes.cold_ttft->max(), 150ns);
  EXPECT_EQ(prefixes.warm_ttft->count(), 2U);
  EXPECT_EQ(prefixes.warm_ttft->min(), 151ns);
}

TEST(RecorderTokensTest, FailedResponsesAndWarmUpDoNotCount) {
  Recording recording;
  Outcome bad = failed(Failure::bad_response, "broke off");
  bad.usage = Usage{1, 2, 0};
  bad.length_asked = LengthAsked{5, 5};
  recording.add(bad, {100ns, 200ns});
  recording.pending_.is_counted = false;
  recording.add(good(Usage{1, 2, 0}, LengthAsked{5, 5}), {100ns, 200ns});
  const Tally tally = recording.finish();
  EXPECT_EQ(tally.tokens.responses(), 0U);
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
  EXPECT_EQ(tally.tokens.itl.count(), 0U);
  EXPECT_EQ(tally.tokens.tpot.count(), 0U);
  EXPECT_EQ(tally.tokens.lengths_asked, 0U);
  EXPECT_EQ(tally.latency.count(), 0U);
  EXPECT_EQ(tally.failed, 1U);
  EXPECT_EQ(message_of(tally.first_failure), "broke off");
  EXPECT_EQ(tally.not_sent, 99U);
}

TEST(RecorderTokensTest, CountsLengthsThatAreNotTheOneAskedFor) {
  Recording recording;
  for (const std::uint64_t tokens : {3U, 4U, 6U, 8U, 9U}) {
    recording.add(good(Usage{1, tokens, 0}, LengthAsked{4, 8}), {}, false);
  }
  // Counted by events.
  recording.add(good({}, LengthAsked{2, 2}), {1ns, 2ns});
  recording.add(good({}, LengthAsked{2, 2}), {1ns, 2ns, 3ns});
  // Nothing asked, and nothing known.
  recording.add(good(Usage{1, 7, 0}), {}, false);
  recording.add(good({}, LengthAsked{2, 2}), {}, false);
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.lengths_asked, 7U);
  EXPECT_EQ(tokens.length_mismatches, 3U);
  EXPECT_DOUBLE_EQ(tokens.length_mismatch_ratio(), 3.0 / 7);
}

}  // namespace
}  // namespace paceline::run
