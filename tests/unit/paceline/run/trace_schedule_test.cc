#include <gtest/gtest.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/trace_schedule.h>
#include <paceline/text_generation.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../../message_of.h"
#include "../../started_endpoint.h"
#include "../workload/batch_files.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using workload::TemporaryFile;
using workload::Trace;

std::shared_ptr<const Trace> trace_in(const TemporaryFile& file) {
  const auto trace = Trace::open(file.path(), {});
  EXPECT_EQ(message_of(trace), "");
  return trace.value_or(nullptr);
}

TEST(TraceScheduleTest, HasTheTimesOfTheTrace) {
  const TemporaryFile file("3\n3\n3.5\n9\n");
  TraceSchedule schedule(trace_in(file), {});
  EXPECT_EQ(schedule.due(0), 0s);
  EXPECT_EQ(schedule.due(1), 0s);
  EXPECT_EQ(schedule.due(2), 500ms);
  EXPECT_EQ(schedule.due(3), 6s);
  // There is no further row.
  EXPECT_EQ(schedule.due(4), 6s);
  EXPECT_EQ(schedule.interval_ns(), 2e9);
}

TEST(TraceScheduleTest, TheRestOfATraceBeginsAtOnce) {
  const TemporaryFile file("0\n1\n2\n5\n");
  const std::array<std::uint64_t, 2> items{1, 3};
  TraceSchedule schedule(trace_in(file), items);
  EXPECT_EQ(schedule.due(0), 0s);
  EXPECT_EQ(schedule.due(1), 4s);
}

TEST(TraceScheduleTest, ARowThatIsGoneIsDueWithTheOneBefore) {
  const TemporaryFile file("0\n1\n2\n");
  TraceSchedule schedule(trace_in(file), {});
  file.write("0\n1\n");
  EXPECT_EQ(schedule.due(1), 1s);
  EXPECT_EQ(schedule.due(2), 1s);
}

TEST(TraceScheduleTest, TellsTheMeanRate) {
  EXPECT_EQ(mean_rpm(*trace_in(TemporaryFile("0\n1\n2\n"))), 60);
  EXPECT_EQ(mean_rpm(*trace_in(TemporaryFile("7\n7\n"))), 0);
}

/// The pacer of a plan, with the times at which its slots depart if each is taken as soon as it may
/// be, but not before `from`.
std::vector<nanoseconds> departures(const RunPlan& plan, nanoseconds from = 0s) {
  std::vector<nanoseconds> departed;
  pace::Pacer pacer = *make_pacer(plan);
  auto limit = make_limit(plan);
  for (std::uint64_t i = 0; i < plan.stripe.share_of(plan.requests); ++i) {
    nanoseconds now = std::max(pacer.next_departure(), from);
    if (limit) now = std::max(now, limit->next_departure());
    pacer.depart(now);
    if (limit) limit->depart(now);
    departed.push_back(now);
  }
  return departed;
}

RunPlan plan_of(const TemporaryFile& file) {
  RunPlan plan;
  plan.replay = Replay{trace_in(file)};
  plan.requests = plan.replay->trace->size();
  return plan;
}

TEST(TraceScheduleTest, BurstsAreSentAsTheyAre) {
  const TemporaryFile file("0\n1\n1\n1\n1\n2\n");
  EXPECT_EQ(departures(plan_of(file)), (std::vector<nanoseconds>{0s, 1s, 1s, 1s, 1s, 2s}));
}

TEST(TraceScheduleTest, ADelayDoesNotMoveTheTrace) {
  const TemporaryFile file("0\n1\n2\n3\n4\n");
  EXPECT_EQ(departures(plan_of(file), 2'500ms),
            (std::vector<nanoseconds>{2'500ms, 2'500ms, 2'500ms, 3s, 4s}));
}

TEST(TraceScheduleTest, AStripeHasItsShareOfTheRows) {
  const TemporaryFile file("0\n1\n2\n3\n4\n");
  RunPlan plan = plan_of(file);
  plan.stripe = {1, 2};
  EXPECT_EQ(departures(plan), (std::vector<nanoseconds>{1s, 3s}));
}

TEST(TraceScheduleTest, ARateLimitsItsBursts) {
  const TemporaryFile file("0\n1\n1\n1\n1\n9\n9\n");
  RunPlan plan = plan_of(file);
  plan.rpm = 600;
  plan.replay->limits_rate = true;
  const auto departed = departures(plan);
  for (std::size_t i = 1; i < departed.size(); ++i) EXPECT_GE(departed[i] - departed[i - 1], 50ms);
  EXPECT_EQ(departed[1], 1s);
  EXPECT_GE(departed[4], 1'230ms);
  EXPECT_LE(departed[4], 1'300ms);
  EXPECT_EQ(departed[5], 9s);
  EXPECT_FALSE(make_limit(plan_of(file)));
}

/// Chat whose first response to item 0 counts as a failure of the server.
class FailsOnce : public Workload {
 public:
  explicit FailsOnce(const Api& api) : chat_(make_workload(api, TextGeneration{})) {}
  void make(std::uint64_t item, Request& request) override {
    chat_->make(item, request);
    request.name = std::to_string(item);
  }
  Outcome read(const Request& request, Response& response) override {
    responses.push_back(request.name);
    if (responses.size() > 1) return chat_->read(request, response);
    response.status = 503;
    return failed(Failure::http_5xx, "not yet");
  }

  std::vector<std::string> responses;

 private:
  std::unique_ptr<Workload> chat_;
};

TEST(TraceScheduleTest, ARetryDoesNotWaitForTheNextRow) {
  const auto endpoint = started({.latency = 1ms});
  const TemporaryFile file("0\n2\n2\n");
  RunPlan plan = plan_of(file);
  plan.parallel = 2;
  plan.retries = 1;
  FailsOnce workload({endpoint->url(), ""});
  const stats::RunTally tally = run_stripe(workload, plan);
  EXPECT_EQ(workload.responses, (std::vector<std::string>{"0", "0", "1", "2"}));
  EXPECT_EQ(tally.succeeded, 3U);
  EXPECT_EQ(tally.retries, 1U);
  EXPECT_EQ(tally.last_due, 2s);
}

}  // namespace
}  // namespace paceline::run
