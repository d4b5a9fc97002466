#include <gtest/gtest.h>
#include <paceline/pace/rate_changes.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "../../message_of.h"
#include "../../started_endpoint.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Endpoint> quick_endpoint() {
  EndpointOptions options;
  options.latency = 5ms;
  return started(std::move(options));
}

TEST(RateChangesRunTest, StripesFollowOneChangeAndSendEachRequestOnce) {
  constexpr std::uint64_t rpm = 6'000;
  constexpr std::uint64_t requests = 300;
  const auto endpoint = quick_endpoint();
  RunPlan plan;
  plan.rpm = rpm;
  plan.parallel = 100;
  plan.requests = requests;
  plan.rate_changes = std::make_shared<pace::RateChanges>(rpm, 2);
  plan.start = [start = Clock::now() + 20ms] { return RunStart{start}; };
  std::vector<stats::RunTally> tallies(2);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
        RunPlan mine = plan;
        mine.stripe = {i, 2};
        RunHooks hooks;
        bool has_asked = false;
        hooks.on_progress = [&](const Progress&) {
          if (i == 0 && !std::exchange(has_asked, true)) plan.rate_changes->ask(+10);
        };
        tallies[i] = run_stripe(*chat, mine, hooks);
      });
    }
  }
  stats::RunTally whole = tallies[0];
  whole.merge(tallies[1]);
  EXPECT_EQ(whole.succeeded, requests) << message_of(whole.first_failure);
  EXPECT_TRUE(whole.adds_up());
  EXPECT_EQ(endpoint->requests(), requests);
  const auto changes = plan.rate_changes->before(whole.last_due);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].rpm, 12'000);
  // The last due time is the one of the whole schedule.
  pace::ChangedSchedule schedule(
      pace::make_schedule(constant_arrivals, *pace::Rate::per_minute(rpm), 1), plan.rate_changes);
  EXPECT_EQ(whole.first_due, 0ns);
  EXPECT_EQ(whole.last_due, schedule.due(requests - 1));
  EXPECT_LT(whole.last_due, (requests - 1) * 10ms);
  const std::uint64_t asked = asked_rpm(plan, whole);
  EXPECT_GT(asked, rpm);
  EXPECT_LT(asked, 2 * rpm);
}

TEST(RateChangesRunTest, ASlowRunDoesNotWaitForItsOldDueTime) {
  // The second request is due after six seconds, and after the change in less than one.
  const auto endpoint = quick_endpoint();
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  RunPlan plan;
  plan.rpm = 10;
  plan.requests = 2;
  plan.rate_changes = std::make_shared<pace::RateChanges>(10, 1);
  plan.rate_changes->ask(+90);
  const stats::RunTally tally = run_stripe(*chat, plan);
  EXPECT_EQ(tally.succeeded, 2U) << message_of(tally.first_failure);
  EXPECT_EQ(plan.rate_changes->before(tally.last_due).size(), 1U);
  EXPECT_LT(tally.last_due, 6s);
}

TEST(RateChangesRunTest, WithoutAChangeTheRateIsThePlans) {
  RunPlan plan;
  plan.rpm = 60;
  stats::RunTally tally;
  EXPECT_EQ(asked_rpm(plan, tally), 60U);
  plan.rate_changes = std::make_shared<pace::RateChanges>(60, 1);
  EXPECT_EQ(asked_rpm(plan, tally), 60U);
  plan.rate_changes->ask(+5);
  plan.rate_changes->make(0s);
  // The run ended before the change took effect.
  tally.first_due = 0s;
  tally.last_due = 100ms;
  EXPECT_EQ(asked_rpm(plan, tally), 60U);
  tally.last_due = 400ms;
  EXPECT_EQ(asked_rpm(plan, tally), 75U);
}

}  // namespace
}  // namespace paceline::run
