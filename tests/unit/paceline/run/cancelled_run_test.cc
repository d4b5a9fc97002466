// Runs that cancel a share of their requests, against the endpoint.

#include <gtest/gtest.h>
#include <paceline/run/cancelled_items.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "../../message_of.h"
#include "../../started_endpoint.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

/// Far more than a test lasts.
constexpr std::chrono::seconds endless{300};

/// Streams whose first token comes at once, and whose second one does not come.
std::unique_ptr<Endpoint> slow_streams() {
  EndpointOptions options;
  options.latency = 0ns;
  options.token_time = endless;
  options.response_tokens = 3;
  options.concurrency = 10;
  options.record_arrivals = 10'000;
  return started(std::move(options));
}

RunOptions cancelling(double share, std::chrono::milliseconds after, std::uint64_t requests) {
  return {.parallel = 10,
          .requests = requests,
          .connection = {.timeout = endless},
          .cancellation = Cancellation{share, after}};
}

TEST(CancelledRunTest, ClosesStreamsAndGoesOn) {
  const auto endpoint = slow_streams();
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{.is_streamed = true});
  const Tally tally = run_stripe(*text, cancelling(1, 50ms, 30));
  EXPECT_EQ(tally.cancelled, 30U);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(tally.failed, 0U) << message_of(tally.first_failure);
  // The endpoint has ended each, because otherwise the next ones would wait.
  const std::vector<Arrival> record = endpoint->record();
  ASSERT_EQ(record.size(), 30U);
  for (const Arrival& arrival : record) {
    EXPECT_EQ(arrival.content_events, 1U);
    EXPECT_EQ(arrival.responded, TimePoint::max());
  }
  EXPECT_GE(tally.mean_time_in_flight(), 50ms);
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
  EXPECT_FALSE(tally.stopped_why);
}

TEST(CancelledRunTest, ThoseThatEndEarlierCountAsAnyOther) {
  const auto endpoint = started({.latency = 0ns});
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally = run_stripe(*text, cancelling(1, endless - 1s, 200));
  EXPECT_EQ(tally.succeeded, 200U) << message_of(tally.first_failure);
  EXPECT_EQ(tally.cancelled, 0U);
  EXPECT_EQ(tally.latency.count(), 200U);
}

TEST(CancelledRunTest, CancelsTheChosenItemsOnly) {
  const auto endpoint = started({.latency = 300ms, .record_arrivals = 1'000});
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{});
  RunOptions options = cancelling(0.3, 1ms, 200);
  options.parallel = 100;
  options.warmup = 3;
  std::uint64_t chosen = 0;
  for (std::uint64_t item = 0; item < options.requests; ++item) {
    if (is_to_be_cancelled(item, options)) ++chosen;
  }
  for (const std::uint64_t salt : {1U, 2U}) {
    options.salt = salt;
    const Tally tally = run_stripe(*text, options);
    EXPECT_EQ(tally.cancelled, chosen);
    EXPECT_EQ(tally.succeeded, options.requests - chosen) << message_of(tally.first_failure);
    EXPECT_EQ(tally.latency.count(), tally.succeeded);
  }
}

TEST(CancelledRunTest, NeitherRetriesNorStopsTheRun) {
  const auto endpoint = slow_streams();
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{.is_streamed = true});
  RunOptions options = cancelling(1, 5ms, 300);
  options.retries = 5;
  options.tpm = 1'000'000'000;
  const Tally tally = run_stripe(*text, options);
  EXPECT_EQ(tally.cancelled, 300U);
  EXPECT_EQ(tally.retries, 0U);
  EXPECT_EQ(tally.sends, 300U);
  EXPECT_FALSE(tally.cut_short);
}

}  // namespace
}  // namespace paceline::run
