#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

TEST(RecorderTest, LatenciesAreFromTheSendAndFromTheDueTime) {
  Recording paced(RunOptions{.rpm = 60});
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

TEST(RecorderTest, KnowsTheLongestSilenceWhileRequestsAreInFlight) {
  const RunPlan options;
  Recorder recorder(options, 10);
  recorder.begin(start);
  http::Exchange exchange{0};
  PendingRequest pending{.is_counted = true, .tries = 1, .in_flight = 1};
  const auto answer_at = [&](std::chrono::nanoseconds time) {
    exchange.response.sent = start;
    exchange.response.done = start + time;
    recorder.ended(pending, exchange, good(), nullptr);
  };
  recorder.departed(pending, {.now = 1s, .possible = 1s});
  answer_at(2s);
  // Nothing is in flight for a minute.
  recorder.departed(pending, {.now = 62s, .possible = 62s});
  pending.in_flight = 2;
  recorder.departed(pending, {.now = 63s, .possible = 63s});
  answer_at(64s);
  answer_at(67s);
  EXPECT_EQ(recorder.finish(false, {}).longest_silence, 3s);
}

TEST(RecorderTest, WarmUpShowsTheLowestLevels) {
  const RunPlan options(RunOptions{.rpm = 60});
  Recorder recorder(options, 100);
  recorder.begin(start);
  http::Exchange exchange{0};
  for (std::uint64_t i = 1; i <= 100; ++i) {
    PendingRequest pending{
        .is_counted = i > 10, .tries = 1, .in_flight = std::min<std::uint64_t>(i, 10)};
    recorder.departed(pending, {.now = 1s, .possible = 1s});
    exchange.response.sent = start;
    exchange.response.done = start + pending.in_flight * 100ms;
    recorder.ended(pending, exchange, good(), nullptr);
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

RunPlan with_objective(const RequestObjective& objective) {
  RunPlan options(RunOptions{.rpm = 60});
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
  // A response takes 10 ms, and was due 2 ms before it was sent.
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
    const RunPlan options = with_objective({limit, {}, {}, {}});
    Recorder recorder(options, 1);
    recorder.begin(start);
    PendingRequest pending{.slot = {}, .item = 0, .is_counted = true, .tries = 1, .first_sent = 1s};
    recorder.departed(pending, {.now = 1s, .possible = 1s});
    pending.tries = 2;
    recorder.departed(pending, {.now = 3s, .possible = 3s});
    http::Exchange exchange{0};
    exchange.response.sent = start + 3s;
    exchange.response.done = start + 4s;
    recorder.ended(pending, exchange, good(), nullptr);
    return met(recorder.finish(false, {}));
  };
  EXPECT_EQ(with_limit(2s), 0U);
  EXPECT_EQ(with_limit(3'001ms), 1U);
}

TEST(RecorderTest, LatencyThatGrowsShowsInItsTrend) {
  const RunPlan options(RunOptions{.rpm = 60});
  Recorder recorder(options, 100);
  recorder.begin(start);
  for (int i = 0; i < 100; ++i) {
    const auto due = i * 1s;
    PendingRequest pending{
        .slot = {static_cast<std::uint64_t>(i), due}, .is_counted = true, .tries = 1};
    recorder.departed(pending, {.now = due, .possible = due});
    http::Exchange exchange{0};
    exchange.response.sent = start + due;
    exchange.response.done = start + due + 100ms + i * 20ms;
    recorder.ended(pending, exchange, good(), nullptr);
  }
  EXPECT_NEAR(recorder.finish(false, {}).due_latency_trend.slope(), 0.02, 1e-9);
}

}  // namespace
}  // namespace paceline::run
