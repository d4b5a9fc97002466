#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <chrono>

#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

RunPlan two_stages() {
  RunPlan plan(RunOptions{.rpm = 60});
  plan.stages = {{60s, 60, 60}, {60s, 120, 120}};
  return plan;
}

class RecorderStagesTest : public testing::Test {
 protected:
  void send(std::size_t stage) {
    pending_.stage = stage;
    ++pending_.tries;
    sent_ += 1s;
    pending_.slot.due = sent_;
    exchange_.response.sent = start + sent_;
    exchange_.response.done = start + sent_ + 10ms;
    recorder_.departed(pending_, {.now = sent_, .possible = sent_});
  }
  void end(const Outcome& outcome = good()) {
    recorder_.ended(pending_, exchange_, outcome, nullptr);
    pending_.tries = 0;
  }

  RunPlan plan_ = two_stages();
  std::chrono::nanoseconds sent_{0};
  PendingRequest pending_{.is_counted = true};
  http::Exchange exchange_{0};
  Recorder recorder_{plan_, 10};
};

TEST_F(RecorderStagesTest, EachRequestCountsInItsStageAndInTheWhole) {
  recorder_.begin(start);
  send(0);
  end();
  send(1);
  end(failed(Failure::timeout, "too slow"));
  send(1);
  end();
  const stats::RunTally tally = recorder_.finish(false, {});
  EXPECT_EQ(tally.planned, 10U);
  EXPECT_EQ(tally.succeeded, 2U);
  ASSERT_EQ(tally.stages.size(), 2U);
  EXPECT_EQ(tally.stages[0].succeeded, 1U);
  EXPECT_EQ(tally.stages[0].planned, 1U);
  EXPECT_EQ(tally.stages[1].succeeded, 1U);
  EXPECT_EQ(tally.stages[1].failed, 1U);
  EXPECT_EQ(tally.stages[1].first_due, 2s);
  for (const stats::RunTally& stage : tally.stages) EXPECT_TRUE(stage.adds_up());
}

TEST_F(RecorderStagesTest, ARetryCountsInTheStageOfTheFirstSend) {
  recorder_.begin(start);
  send(0);
  recorder_.retried(pending_, exchange_, failed(Failure::http_5xx, "busy"));
  // Its slot is in the next stage.
  send(0);
  end();
  const stats::RunTally tally = recorder_.finish(false, {});
  EXPECT_EQ(tally.stages[0].retries, 1U);
  EXPECT_EQ(tally.stages[0].succeeded, 1U);
  EXPECT_EQ(tally.stages[0].sends, 2U);
  EXPECT_EQ(tally.stages[1].sends, 0U);
}

TEST_F(RecorderStagesTest, WhatIsCutOffIsOfItsStage) {
  recorder_.begin(start);
  send(1);
  recorder_.cut_off(pending_, exchange_, start + 2s);
  const stats::RunTally tally = recorder_.finish(true, {});
  EXPECT_EQ(tally.stages[1].cut_off, 1U);
  EXPECT_TRUE(tally.stages[1].adds_up());
}

TEST_F(RecorderStagesTest, TheCpuTimeOfAStageIsBetweenItsFirstSendAndTheNextStages) {
  recorder_.begin(start);
  recorder_.enter_stage(0, 1ms);
  send(0);
  end();
  recorder_.enter_stage(1, 5ms);
  send(1);
  end();
  recorder_.leave_stage(8ms);
  const stats::RunTally tally = recorder_.finish(false, {});
  EXPECT_EQ(tally.stages[0].cpu_time, 4ms);
  EXPECT_EQ(tally.stages[1].cpu_time, 3ms);
}

TEST_F(RecorderStagesTest, StripesMergeStageByStage) {
  recorder_.begin(start);
  send(1);
  end();
  stats::RunTally tally = recorder_.finish(false, {});
  tally.merge(stats::RunTally(tally));
  EXPECT_EQ(tally.stages[1].succeeded, 2U);
}

}  // namespace
}  // namespace paceline::run
