#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

class RecorderTimelineTest : public testing::Test {
 protected:
  void send(std::chrono::nanoseconds at) {
    ++pending_.tries;
    pending_.slot.due = at - 2ms;
    pending_.sent = at;
    exchange_.response.sent = start + at;
    recorder_.departed(pending_, {.now = at, .possible = at});
  }
  void end(std::chrono::nanoseconds at, const Outcome& outcome = good()) {
    exchange_.response.done = start + at;
    recorder_.ended(pending_, exchange_, outcome, nullptr);
    pending_.tries = 0;
  }
  FailedTry retry(std::chrono::nanoseconds at) {
    exchange_.response.done = start + at;
    return recorder_.retried(pending_, exchange_, bad());
  }
  static Outcome bad() {
    Outcome outcome;
    outcome.failure = Failure::http_5xx;
    return outcome;
  }
  static RunPlan with_timeline() {
    RunPlan plan(RunOptions{.rpm = 60});
    plan.has_timeline = true;
    return plan;
  }
  /// In slices of a second.
  static stats::Timeline seconds_of(const stats::RunTally& tally) {
    stats::Timeline timeline = tally.timeline.value();
    while (timeline.width() < 1s) timeline.widen();
    return timeline;
  }

  RunPlan plan_ = with_timeline();
  PendingRequest pending_{.is_counted = true, .in_flight = 1};
  http::Exchange exchange_{0};
  Recorder recorder_{plan_, 10};
};

TEST_F(RecorderTimelineTest, HasWhatTheTallyHas) {
  recorder_.begin(start);
  send(1s);
  end(1'250ms);
  send(2s);
  end(2'500ms, bad());
  send(2'600ms);
  retry(2'800ms);
  send(3'600ms);
  end(3'700ms);
  const stats::RunTally tally = recorder_.finish(false, {});
  const stats::Timeline timeline = seconds_of(tally);
  ASSERT_EQ(timeline.slices().size(), 4U);
  std::vector<std::uint64_t> due, sent, ended, failed, latencies;
  for (const auto& slice : timeline.slices()) {
    due.push_back(slice.due);
    sent.push_back(slice.sent);
    ended.push_back(slice.ended);
    failed.push_back(slice.failed);
    latencies.push_back(slice.latency.count());
  }
  using Counts = std::vector<std::uint64_t>;
  // The first two were due 2 ms before their second.
  EXPECT_EQ(due, (Counts{1, 1, 1, 1}));
  EXPECT_EQ(sent, (Counts{0, 1, 2, 1}));
  // The failed try of a request that is sent again ends no request.
  EXPECT_EQ(ended, (Counts{0, 1, 1, 1}));
  EXPECT_EQ(failed, (Counts{0, 0, 1, 0}));
  // A retried request has no latency of its own.
  EXPECT_EQ(latencies, (Counts{0, 1, 0, 0}));
  const std::vector<std::chrono::nanoseconds> in_flight{0s, 250ms, 700ms, 100ms};
  EXPECT_EQ(timeline.times_in_flight(), in_flight);
}

TEST_F(RecorderTimelineTest, CountsWhatAStopCutsOffOrAbandons) {
  recorder_.begin(start);
  send(1s);
  recorder_.cut_off(pending_, exchange_, start + 1'500ms);
  pending_.tries = 0;
  send(2s);
  recorder_.abandoned(pending_, retry(2'250ms));
  const stats::RunTally tally = recorder_.finish(true, {});
  const stats::Timeline timeline = seconds_of(tally);
  const std::vector<std::chrono::nanoseconds> in_flight{0s, 500ms, 250ms};
  EXPECT_EQ(timeline.times_in_flight(), in_flight);
  EXPECT_EQ(timeline.slices()[1].ended, 0U);
  EXPECT_EQ(timeline.slices()[2].ended, 1U);
  EXPECT_EQ(timeline.slices()[2].failed, 1U);
}

TEST_F(RecorderTimelineTest, TheWarmUpIsNotCounted) {
  recorder_.begin(start);
  pending_.is_counted = false;
  send(1s);
  end(1'250ms);
  const stats::RunTally tally = recorder_.finish(false, {});
  ASSERT_TRUE(tally.timeline);
  EXPECT_TRUE(tally.timeline->slices().empty());
}

TEST_F(RecorderTimelineTest, AnUnpacedRunHasNoDueTimes) {
  plan_.rpm = 0;
  recorder_.begin(start);
  send(1s);
  end(1'250ms);
  const stats::Timeline timeline = seconds_of(recorder_.finish(false, {}));
  ASSERT_EQ(timeline.slices().size(), 2U);
  EXPECT_EQ(timeline.slices()[1].sent, 1U);
  EXPECT_EQ(timeline.slices()[1].due, 0U);
}

TEST(RecorderWithoutTimelineTest, ARunHasATimelineOnlyIfAsked) {
  Recording recording;
  recording.add(good());
  EXPECT_FALSE(recording.finish().timeline);
}

TEST(RecorderWithoutTimelineTest, TheStagesOfARunHaveNone) {
  RunPlan plan(RunOptions{.rpm = 60, .stages = {{10s, 60, 60}, {10s, 120, 120}}});
  plan.has_timeline = true;
  const stats::RunTally tally = Recorder(plan, 0).finish(false, {});
  EXPECT_TRUE(tally.timeline);
  ASSERT_EQ(tally.stages.size(), 2U);
  EXPECT_FALSE(tally.stages[0].timeline);
}

}  // namespace
}  // namespace paceline::run
