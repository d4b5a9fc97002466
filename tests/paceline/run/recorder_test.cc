#include <gtest/gtest.h>
#include <paceline/log/log_reader.h>
#include <paceline/run/recorder.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../log/log_folder.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

const TimePoint start{100s};

/// A reply that ends 10 ms after it was sent, with events at these times after the send.
class Recording {
 public:
  explicit Recording(const RunOptions& options = {}) : options_(options) { recorder_.begin(start); }

  void add(const Outcome& outcome, const std::vector<std::chrono::nanoseconds>& events = {},
           bool is_streamed = true) {
    sent_ += 1s;
    job_.place = {job_.slot, sent_ - start - 2ms};
    exchange_.reply.sent = sent_;
    exchange_.reply.first_byte = sent_ + 1ms;
    exchange_.reply.done = sent_ + 10ms;
    exchange_.reply.status = 200;
    TokenTimes times;
    for (const auto event : events) times.add(sent_ + event);
    job_.tries = 1;
    job_.in_flight = 1;
    recorder_.departed(job_, {.now = sent_ - start, .possible = sent_ - start});
    recorder_.ended(job_, exchange_, outcome, is_streamed ? &times : nullptr);
    ++job_.slot;
  }

  Tally finish() { return recorder_.finish(false, {}); }

  Job job_{.place = {}, .slot = 0, .is_counted = true};
  Exchange::Shared shared_;
  Exchange exchange_{0, shared_};

 private:
  RunOptions options_;
  TimePoint sent_ = start;
  Recorder recorder_{options_, 100};
};

Outcome good(std::optional<Usage> usage = {}, std::optional<LengthAsked> length = {}) {
  Outcome outcome;
  outcome.usage = usage;
  outcome.length_asked = length;
  return outcome;
}

TEST(RecorderTest, TokenTimesAreTheirFormulas) {
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

TEST(RecorderTest, ThoughtsThatNoEventBroughtAreNotDividedBy) {
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

TEST(RecorderTest, WhatUsageDoesNotTellIsNotCounted) {
  Recording recording;
  recording.add(good(Usage{.prompt_tokens = 7}), {100ns, 300ns});
  recording.add(good(Usage{.completion_tokens = 4, .cached_tokens = 3}), {100ns, 300ns});
  recording.add(good(Usage{.prompt_tokens = 9}), {}, false);
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.out, 6U);
  EXPECT_EQ(tokens.replies_counted, 1U);
  EXPECT_EQ(tokens.replies_with_usage, 1U);
  EXPECT_EQ(tokens.in, 16U);
  EXPECT_EQ(tokens.replies_with_in, 2U);
  EXPECT_EQ(tokens.cached, 3U);
  EXPECT_EQ(tokens.replies_with_cached, 1U);
}

TEST(RecorderTest, WithoutUsageEventsAreTheTokens) {
  Recording recording;
  recording.add(good(), {100ns, 300ns, 700ns});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.tpot.max(), 300ns);
  EXPECT_EQ(tokens.out, 3U);
  EXPECT_EQ(tokens.replies_counted, 1U);
  EXPECT_EQ(tokens.replies_with_usage, 0U);
  EXPECT_EQ(tokens.in, 0U);
}

TEST(RecorderTest, UsageIsPreferredToEvents) {
  Recording recording;
  recording.add(good(Usage{11, 40, 8}), {100ns, 300ns});
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.out, 40U);
  EXPECT_EQ(tokens.in, 11U);
  EXPECT_EQ(tokens.cached, 8U);
  EXPECT_EQ(tokens.replies_with_usage, 1U);
  EXPECT_EQ(tokens.replies_counted, 0U);
}

TEST(RecorderTest, OneEventSaysNothingOfTheTimeBetweenTokens) {
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

TEST(RecorderTest, AStreamWithoutTextHasNoTokenTimes) {
  Recording recording;
  recording.add(good(Usage{1, 0, 0}));
  recording.add(good());
  const TokenTally tokens = recording.finish().tokens;
  EXPECT_EQ(tokens.ttft.count(), 0U);
  EXPECT_EQ(tokens.replies(), 2U);
  EXPECT_EQ(tokens.out, 0U);
  EXPECT_EQ(tokens.streams, 2U);
  EXPECT_EQ(tokens.streams_without_tokens, 2U);
}

TEST(RecorderTest, AWholeReplyHasTokensAndNoTokenTimes) {
  Recording recording;
  recording.add(good(Usage{3, 4, 2}), {}, false);
  recording.add(good(), {}, false);
  const Tally tally = recording.finish();
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
  EXPECT_EQ(tally.tokens.out, 4U);
  // Of the other reply nobody knows.
  EXPECT_EQ(tally.tokens.replies(), 1U);
  EXPECT_EQ(tally.succeeded, 2U);
}

TEST(RecorderTest, FailedRepliesAndWarmUpDoNotCount) {
  Recording recording;
  Outcome bad = failed(Failure::bad_reply, "broke off");
  bad.usage = Usage{1, 2, 0};
  bad.length_asked = LengthAsked{5, 5};
  recording.add(bad, {100ns, 200ns});
  recording.job_.is_counted = false;
  recording.add(good(Usage{1, 2, 0}, LengthAsked{5, 5}), {100ns, 200ns});
  const Tally tally = recording.finish();
  EXPECT_EQ(tally.tokens.replies(), 0U);
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
  EXPECT_EQ(tally.tokens.itl.count(), 0U);
  EXPECT_EQ(tally.tokens.tpot.count(), 0U);
  EXPECT_EQ(tally.tokens.lengths_asked, 0U);
  EXPECT_EQ(tally.latency.count(), 0U);
  EXPECT_EQ(tally.failed, 1U);
  EXPECT_EQ(tally.first_failure, "broke off");
  EXPECT_EQ(tally.not_sent, 99U);
}

TEST(RecorderTest, CountsLengthsThatAreNotTheOneAskedFor) {
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
  EXPECT_EQ(tokens.lengths_off, 3U);
  EXPECT_DOUBLE_EQ(tokens.off_ratio(), 3.0 / 7);
}

TEST(RecorderTest, LatenciesAreFromTheSendAndFromTheDueTime) {
  Recording paced({.rpm = 60});
  paced.add(good(), {}, false);
  const Tally tally = paced.finish();
  EXPECT_EQ(tally.latency.max(), 10ms);
  EXPECT_EQ(tally.due_latency.max(), 12ms);
  EXPECT_EQ(tally.late.max(), 2ms);
  EXPECT_EQ(tally.first_send, 1s);
  EXPECT_EQ(tally.last_done, 1010ms);
  // Without a pace nothing is ever late.
  Recording unpaced;
  unpaced.add(good(), {}, false);
  EXPECT_EQ(unpaced.finish().late.max(), 0ns);
}

using RecorderLogTest = LogFolder;

TEST_F(RecorderLogTest, KeepsARowOfEachCountedRequest) {
  auto log = open_request_log(path());
  RunOptions options{.rpm = 60};
  options.log = {log.get(), begin_run(*log), true};
  Recording recording(options);
  recording.exchange_.request.name = "first";
  recording.exchange_.reply.body = "the text";
  recording.add(good(Usage{7, 3, 2}), {3ms, 5ms});
  recording.exchange_.request.name.clear();
  recording.exchange_.reply.body.clear();
  recording.add(failed(Failure::bad_reply, "broke off"), {4ms});
  recording.add(good(), {}, false);
  recording.job_.is_counted = false;
  recording.add(good(), {}, false);
  static_cast<void>(recording.finish());
  ASSERT_EQ(log->close(), std::nullopt);

  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 3);
  EXPECT_EQ(
      ask(path(),
          "SELECT count(*) FROM requests WHERE (run, slot, custom_id, due_ns, sent_ns, "
          "first_byte_ns, first_token_ns, done_ns, status, error, tokens_in, tokens_out, "
          "cached_tokens, retries, reply) IS (1, 0, 'first', 998000000, 1000000000, 1001000000, "
          "1003000000, 1010000000, 200, NULL, 7, 3, 2, 0, 'the text')"),
      1);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (slot, custom_id, first_token_ns, error, "
                "tokens_in, tokens_out, reply) IS (1, NULL, 2004000000, 'broke off', NULL, 1, "
                "NULL)"),
            1);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (slot, first_token_ns, error, tokens_in, "
                "tokens_out) IS (2, NULL, NULL, NULL, NULL)"),
            1);
}

TEST_F(RecorderLogTest, KeepsRepliesOnlyWhenAsked) {
  auto log = open_request_log(path());
  RunOptions options;
  options.log = {log.get(), begin_run(*log), false};
  Recording recording(options);
  recording.exchange_.reply.body = "the text";
  recording.exchange_.reply.first_byte = TimePoint::max();
  recording.add(good(), {}, false);
  static_cast<void>(recording.finish());
  ASSERT_EQ(log->close(), std::nullopt);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests WHERE reply IS NULL"), 1);
}

TEST_F(RecorderLogTest, WhatAStopLeavesUnansweredHasItsRow) {
  auto log = open_request_log(path());
  RunOptions options{.rpm = 60};
  options.log = {log.get(), begin_run(*log), true};
  Recorder recorder(options, 4);
  recorder.begin(start);
  Exchange::Shared shared;
  Exchange exchange{0, shared};
  exchange.request.name = "mine";
  exchange.reply.status = 503;
  exchange.reply.sent = start + 1s;
  exchange.reply.done = start + 2s;
  Job job{.place = {0, 1s}, .slot = 0, .is_counted = true, .tries = 1, .sent = 1s, .in_flight = 1};
  // One fails, and is not tried again.
  recorder.departed(job, {.now = 1s, .possible = 1s});
  const FailedTry last = recorder.retried(job, exchange, failed(Failure::http_5xx, "busy"));
  recorder.abandoned(job, last);
  // One is in its second try.
  job.slot = 1;
  recorder.departed(job, {.now = 1s, .possible = 1s});
  recorder.retried(job, exchange, failed(Failure::http_5xx, "busy"));
  job.tries = 2;
  job.sent = 3s;
  recorder.departed(job, {.now = 3s, .possible = 3s});
  recorder.cut_off(job, exchange, start + 5s);
  // One is of the warm-up.
  job.is_counted = false;
  recorder.departed(job, {.now = 4s, .possible = 4s});
  recorder.cut_off(job, exchange, start + 5s);
  const Tally tally = recorder.finish(true, {});
  ASSERT_EQ(log->close(), std::nullopt);

  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(tally.failed, 1U);
  EXPECT_EQ(tally.abandoned, 1U);
  EXPECT_EQ(tally.cut_off, 1U);
  EXPECT_EQ(tally.not_sent, 2U);
  EXPECT_EQ(tally.settled_error_ratio(), 0);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 2);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (slot, custom_id, due_ns, sent_ns, done_ns, "
                "status, error, retries) IS (0, 'mine', 1000000000, 1000000000, 2000000000, 503, "
                "'busy', 0)"),
            1);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (slot, custom_id, sent_ns, done_ns, error, "
                "retries) IS (1, 'mine', 3000000000, 5000000000, 'cut off when the run was "
                "stopped', 1)"),
            1);
}

TEST(RecorderTest, KnowsTheLongestSilenceWhileRequestsAreInFlight) {
  const RunOptions options;
  Recorder recorder(options, 10);
  recorder.begin(start);
  Exchange::Shared shared;
  Exchange exchange{0, shared};
  Job job{.is_counted = true, .tries = 1, .in_flight = 1};
  const auto answer_at = [&](std::chrono::nanoseconds time) {
    exchange.reply.sent = start;
    exchange.reply.done = start + time;
    recorder.ended(job, exchange, good(), nullptr);
  };
  recorder.departed(job, {.now = 1s, .possible = 1s});
  answer_at(2s);
  // Nothing is in flight for a minute.
  recorder.departed(job, {.now = 62s, .possible = 62s});
  job.in_flight = 2;
  recorder.departed(job, {.now = 63s, .possible = 63s});
  answer_at(64s);
  answer_at(67s);
  EXPECT_EQ(recorder.finish(false, {}).longest_silence, 3s);
}

TEST(RecorderTest, WarmUpShowsTheLowestLevels) {
  const RunOptions options{.rpm = 60};
  Recorder recorder(options, 100);
  recorder.begin(start);
  Exchange::Shared shared;
  Exchange exchange{0, shared};
  for (std::uint64_t i = 1; i <= 100; ++i) {
    Job job{.is_counted = i > 10, .tries = 1, .in_flight = std::min<std::uint64_t>(i, 10)};
    recorder.departed(job, {.now = 1s, .possible = 1s});
    exchange.reply.sent = start;
    exchange.reply.done = start + job.in_flight * 100ms;
    recorder.ended(job, exchange, good(), nullptr);
  }
  const auto saturation = recorder.finish(false, {}).levels.saturation();
  ASSERT_TRUE(saturation);
  EXPECT_NEAR(saturation->rate, 10, 0.1);
}

/// How many of the requests met the objective.
std::uint64_t met(const Tally& tally) {
  EXPECT_TRUE(tally.met_objective);
  return tally.met_objective.value_or(0);
}

RunOptions with_objective(const RequestObjective& objective) {
  RunOptions options{.rpm = 60};
  options.objective = objective;
  return options;
}

TEST(RecorderTest, WithoutAnObjectiveNothingMeetsIt) {
  Recording recording;
  recording.add(good());
  EXPECT_FALSE(recording.finish().met_objective);
}

TEST(RecorderTest, CountsWhatMeetsTheObjective) {
  Outcome bad;
  bad.failure = Failure::http_5xx;
  // A reply takes 10 ms, and was due 2 ms before it was sent.
  const auto with_limits = [&](const RequestObjective& objective) {
    Recording recording(with_objective(objective));
    recording.add(good(Usage{1, 3, 0}), {1ms, 2ms, 5ms});
    recording.add(good(Usage{1, 3, 0}), {4ms, 6ms, 8ms});
    recording.add(good(), {}, false);
    recording.add(bad);
    return met(recording.finish());
  };
  EXPECT_EQ(with_limits({11ms, {}, {}, {}}), 3U);
  EXPECT_EQ(with_limits({10ms, {}, {}, {}}), 0U);
  EXPECT_EQ(with_limits({{}, 13ms, {}, {}}), 3U);
  EXPECT_EQ(with_limits({{}, 12ms, {}, {}}), 0U);
  // Without a stream the first token comes with the last, and no time lies between them.
  EXPECT_EQ(with_limits({{}, {}, 4ms, {}}), 1U);
  EXPECT_EQ(with_limits({{}, {}, 5ms, {}}), 2U);
  EXPECT_EQ(with_limits({{}, {}, 11ms, {}}), 3U);
  EXPECT_EQ(with_limits({{}, {}, {}, 2'001us}), 3U);
  EXPECT_EQ(with_limits({{}, {}, {}, 2ms}), 1U);
}

TEST(RecorderTest, ARetriedRequestHasTakenSinceItsFirstSend) {
  const auto with_limit = [&](std::chrono::nanoseconds limit) {
    const RunOptions options = with_objective({limit, {}, {}, {}});
    Recorder recorder(options, 1);
    recorder.begin(start);
    Job job{.place = {}, .slot = 0, .is_counted = true, .tries = 1, .first_sent = 1s};
    recorder.departed(job, {.now = 1s, .possible = 1s});
    job.tries = 2;
    recorder.departed(job, {.now = 3s, .possible = 3s});
    Exchange::Shared shared;
    Exchange exchange{0, shared};
    exchange.reply.sent = start + 3s;
    exchange.reply.done = start + 4s;
    recorder.ended(job, exchange, good(), nullptr);
    return met(recorder.finish(false, {}));
  };
  EXPECT_EQ(with_limit(2s), 0U);
  EXPECT_EQ(with_limit(3'001ms), 1U);
}

TEST(RecorderTest, LatencyThatGrowsShowsInItsTrend) {
  const RunOptions options{.rpm = 60};
  Recorder recorder(options, 100);
  recorder.begin(start);
  for (int i = 0; i < 100; ++i) {
    const auto due = i * 1s;
    Job job{.place = {static_cast<std::uint64_t>(i), due}, .is_counted = true, .tries = 1};
    recorder.departed(job, {.now = due, .possible = due});
    Exchange::Shared shared;
    Exchange exchange{0, shared};
    exchange.reply.sent = start + due;
    exchange.reply.done = start + due + 100ms + i * 20ms;
    recorder.ended(job, exchange, good(), nullptr);
  }
  EXPECT_NEAR(recorder.finish(false, {}).due_latency_trend.slope(), 0.02, 1e-9);
}

}  // namespace
}  // namespace paceline
