#include <gtest/gtest.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "../../started_endpoint.h"

#include "../../message_of.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Endpoint> start_limited(std::uint64_t rpm, std::uint64_t tpm = 0) {
  EndpointOptions options;
  options.rpm_limit = rpm;
  options.tpm_limit = tpm;
  return started(std::move(options));
}

TEST(LimitsRunTest, AtTheLimitNothingIsRefused) {
  const auto endpoint = start_limited(60'000);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally =
      run_stripe(*chat, RunOptions{.rpm = 60'000, .parallel = 100, .requests = 5'000});
  EXPECT_EQ(tally.succeeded, 5'000U) << message_of(tally.first_failure);
  EXPECT_EQ(tally.refused_429, 0U);
}

// The sends are ten times as fast as the limit, so that a busy machine exceeds the limit too.
TEST(LimitsRunTest, OverTheLimitEachRequestSucceedsInTheEndAndSendsKeepTheirRate) {
  const auto endpoint = start_limited(1'200);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally =
      run_stripe(*chat, RunOptions{.rpm = 12'000, .parallel = 60, .requests = 60, .retries = 100});
  EXPECT_EQ(tally.succeeded, 60U) << message_of(tally.first_failure);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(tally.sends, 60 + tally.retries);
  EXPECT_EQ(tally.sends, endpoint->requests());
  // Neither a first send nor a retry departs before its slot. achieved_rpm() does not show this: it
  // counts from the first send, so a late first send makes it exceed the rate.
  constexpr auto interval = 5ms;
  EXPECT_GE(tally.last_send, static_cast<std::int64_t>(tally.sends - 1) * interval);
  // Twenty and one at once, and the others at the limit. Sends that slowed down to the limit would
  // meet few refusals.
  EXPECT_GE(tally.last_done, 39 * 50ms);
  EXPECT_EQ(tally.refused_429, tally.retries);
  EXPECT_GT(tally.refused_429, 30U);
}

TEST(LimitsRunTest, WithinATokenBudgetNothingIsRefused) {
  const auto endpoint = start_limited(0, 600'000);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{.max_tokens = 16});
  const Tally tally =
      run_stripe(*chat, RunOptions{.parallel = 50, .requests = 500, .tpm = 600'000});
  EXPECT_EQ(tally.succeeded, 500U) << message_of(tally.first_failure);
  EXPECT_EQ(tally.refused_429, 0U);
}

TEST(LimitsRunTest, ATrialTellsTheLimits) {
  const auto endpoint = start_limited(60'000, 5'000'000);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Preflight preflight = send_preflight(*chat, {});
  EXPECT_EQ(preflight.limits.requests.limit, 60'000U);
  EXPECT_EQ(preflight.limits.requests.reset, 1ms);
  EXPECT_EQ(preflight.limits.tokens.limit, 5'000'000U);
}

}  // namespace
}  // namespace paceline::run
