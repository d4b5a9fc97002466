#include <gtest/gtest.h>
#include <paceline/gbench/objective.h>

#include <chrono>
#include <optional>
#include <string>

#include "../../message_of.h"

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;

RunObjective run_objective(const std::string& text) {
  const auto parsed = parse_run_objective(text);
  EXPECT_EQ(message_of(parsed), "");
  return parsed.value_or(RunObjective{});
}

std::string refused(const std::string& text) {
  return message_of(parse_run_objective(text));
}

std::string request_refused(const std::string& text) {
  return message_of(parse_request_objective(text));
}

/// The error code; nothing if the workload measures every condition.
template <typename... Arguments>
std::optional<ErrorCode> code_of(const Arguments&... arguments) {
  const auto checked = check_measured(arguments...);
  return checked ? std::nullopt : std::optional(checked.error().code);
}

TEST(ObjectiveTest, OfARun) {
  const RunObjective objective = run_objective("p99<2s, ttft_p50 < 300ms,errors<0.1%,misses<0.05");
  ASSERT_EQ(objective.times.size(), 2U);
  EXPECT_EQ(objective.times[0].counter, "p99");
  EXPECT_EQ(objective.times[0].below, 2s);
  EXPECT_EQ(objective.times[1].counter, "ttft_p50");
  EXPECT_EQ(objective.times[1].below, 300ms);
  EXPECT_DOUBLE_EQ(objective.errors.value_or(0), 0.001);
  EXPECT_DOUBLE_EQ(objective.misses.value_or(0), 0.05);
  EXPECT_EQ(objective.longest_time(), 2s);
  EXPECT_EQ(run_objective("errors<5%").longest_time(), 0s);
}

TEST(ObjectiveTest, OfARequest) {
  const RequestObjective objective =
      parse_request_objective("latency<2s,ttft<500ms,tpot<50ms,due_latency<3s").value();
  EXPECT_EQ(objective.latency, 2s);
  EXPECT_EQ(objective.ttft, 500ms);
  EXPECT_EQ(objective.tpot, 50ms);
  EXPECT_EQ(objective.due_latency, 3s);
}

TEST(ObjectiveTest, SaysWhatIsWrong) {
  EXPECT_EQ(refused(""), "'' is not a condition; write NAME<LIMIT, such as p99<2s");
  EXPECT_EQ(refused("p99<2s,"), "'' is not a condition; write NAME<LIMIT, such as p99<2s");
  EXPECT_EQ(refused("p99>2s"), "'p99>2s' is not a condition; write NAME<LIMIT, such as p99<2s");
  EXPECT_EQ(refused("<2s"), "'<2s' is not a condition; write NAME<LIMIT, such as p99<2s");
  EXPECT_TRUE(refused("p98<2s").starts_with("there is no 'p98'; choose from p50, p90, "));
  EXPECT_TRUE(refused("p98<2s").ends_with(", errors and misses"));
  EXPECT_TRUE(refused("p99<2").starts_with("'2' is not a duration"));
  EXPECT_EQ(refused("p99<0s"), "p99 is never below 0; give a longer time");
  EXPECT_EQ(refused("p99<1s,p99<2s"), "'p99' has two limits; keep one");
  for (const char* share : {"", "%", "0", "-1", "200%", "1x", "nan", "1%%"}) {
    EXPECT_EQ(refused(std::string("errors<") + share),
              "'" + std::string(share) +
                  "' is not a share; give errors more than 0 and at most 100%, such as 0.1% or "
                  "0.001");
  }
  EXPECT_EQ(request_refused("p99<2s"),
            "a request has no 'p99'; choose from latency, due_latency, ttft and tpot");
  EXPECT_EQ(request_refused("2s"), "'2s' is not a condition; write NAME<LIMIT, such as latency<2s");
}

TEST(ObjectiveTest, ARunMeetsItOrSaysWhatItMissed) {
  Tally tally;
  for (int i = 0; i < 100; ++i) tally.latency.record(100ms);
  tally.succeeded = 99;
  tally.failed = 1;
  tally.met_objective = 90;
  EXPECT_EQ(run_objective("p99<101ms,errors<2%,misses<11%").why_missed(tally), "");
  EXPECT_EQ(run_objective("p50<1s,p99<50ms").why_missed(tally), "p99 100 ms, not below 50.0 ms");
  EXPECT_EQ(run_objective("errors<1%").why_missed(tally), "errors 1%, not below 1%");
  EXPECT_EQ(run_objective("misses<5%").why_missed(tally), "misses 10%, not below 5%");
  EXPECT_EQ(run_objective("ttft_p99<1s").why_missed(tally), "nothing was measured for ttft_p99");
}

TEST(ObjectiveTest, WhatAWorkloadNeverMeasuresIsNoObjective) {
  const Description whole{.name = "chat/complete", .is_streamed = false};
  const Description streamed{.name = "chat/stream", .is_streamed = true};
  const Description unknown{.name = "batch/replay"};
  for (const char* time : {"ttft_p99", "thinking_p50", "itl_p50", "tpot_p99"}) {
    const RunObjective asked = run_objective(std::string("p99<9s,") + time + "<1s");
    EXPECT_EQ(message_of(check_measured(asked, whole, 0)),
              "chat/complete never measures " + std::string(time) +
                  ", because its responses do not stream");
    EXPECT_EQ(code_of(asked, whole, 0U), ErrorCode::not_streamed);
    EXPECT_EQ(code_of(asked, streamed, 0U), std::nullopt);
    EXPECT_EQ(code_of(asked, unknown, 0U), std::nullopt);
  }
  EXPECT_EQ(code_of(run_objective("p99<9s,errors<1%"), whole, 0U), std::nullopt);
  EXPECT_EQ(code_of(run_objective("retried_p99<9s"), whole, 0U), ErrorCode::no_retries);
  EXPECT_EQ(code_of(run_objective("retried_p99<9s"), whole, 1U), std::nullopt);

  for (const char* times : {"ttft<1s", "latency<1s,tpot<1s"}) {
    const RequestObjective asked = parse_request_objective(times).value();
    EXPECT_EQ(code_of(asked, whole), ErrorCode::not_streamed);
    EXPECT_EQ(code_of(asked, streamed), std::nullopt);
    EXPECT_EQ(code_of(asked, unknown), std::nullopt);
  }
  const RequestObjective any = parse_request_objective("latency<1s,due_latency<1s").value();
  EXPECT_EQ(code_of(any, whole), std::nullopt);
}

}  // namespace
}  // namespace paceline::gbench
