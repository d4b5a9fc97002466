#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <chrono>
#include <memory>

#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

RunPlan plan_with_groups() {
  RunPlan plan;
  plan.groups = std::make_shared<const stats::Groups>(
      stats::Groups{.names = {"a", "b"}, .of_part = {{0}, {1}}, .has_statuses = true});
  return plan;
}

TEST(RecorderPartsTest, EachRequestCountsInItsPart) {
  Recording recording(plan_with_groups());
  recording.add(good(Usage{.completion_tokens = 9}), {2ms, 3ms});
  recording.exchange_.request.part = 1;
  recording.add(failed(Failure::http_429, "no"), {});
  const auto tally = recording.finish();
  const stats::GroupTally& first = tally.parts->tallies()[0];
  EXPECT_EQ(first.requests, 1U);
  EXPECT_EQ(first.latency.max(), 10ms);
  EXPECT_EQ(first.ttft->max(), 2ms);
  EXPECT_EQ(first.itl->max(), 1ms);
  EXPECT_EQ(first.tokens_out, 9U);
  const stats::GroupTally& second = tally.parts->tallies()[1];
  EXPECT_EQ(second.requests, 1U);
  EXPECT_EQ(second.failed, 1U);
  EXPECT_EQ(second.latency.count(), 0U);
  EXPECT_EQ(tally.parts->statuses().at(200), 2U);
}

TEST(RecorderPartsTest, TheLatencyOfARetryIsLeftOut) {
  const RunPlan plan = plan_with_groups();
  Recorder recorder(plan, 1);
  recorder.begin(start);
  http::Exchange exchange{0};
  exchange.request.part = 1;
  exchange.response.sent = start;
  exchange.response.done = start + 10ms;
  exchange.response.status = 503;
  PendingRequest pending{.is_counted = true, .tries = 1, .in_flight = 1};
  recorder.departed(pending, {});
  recorder.retried(pending, exchange, failed(Failure::http_5xx, "busy"));
  pending.tries = 2;
  exchange.response.status = 200;
  recorder.departed(pending, {});
  recorder.ended(pending, exchange, good(), nullptr);
  const auto tally = recorder.finish(false, {});
  EXPECT_EQ(tally.parts->tallies()[1].requests, 1U);
  EXPECT_EQ(tally.parts->tallies()[1].latency.count(), 0U);
  EXPECT_EQ(tally.parts->statuses().size(), 1U);
}

TEST(RecorderPartsTest, AnAbandonedRequestFailedInItsPart) {
  const RunPlan plan = plan_with_groups();
  Recorder recorder(plan, 1);
  recorder.begin(start);
  http::Exchange exchange{0};
  exchange.request.part = 1;
  exchange.response.sent = start;
  exchange.response.done = start + 10ms;
  exchange.response.status = 503;
  const PendingRequest pending{.is_counted = true, .tries = 1, .in_flight = 1};
  recorder.departed(pending, {});
  const FailedTry last = recorder.retried(pending, exchange, failed(Failure::http_5xx, "busy"));
  recorder.abandoned(pending, last);
  const auto tally = recorder.finish(true, {});
  EXPECT_EQ(tally.parts->tallies()[1].failed, 1U);
  EXPECT_EQ(tally.parts->statuses().at(503), 1U);
}

TEST(RecorderPartsTest, WithoutGroupsNothingIsCounted) {
  Recording recording;
  recording.add(good(), {});
  EXPECT_FALSE(recording.finish().parts);
}

}  // namespace
}  // namespace paceline::run
