#include <gtest/gtest.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "../../started_endpoint.h"

#include "../../message_of.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Endpoint> start_on(std::uint16_t port) {
  EndpointOptions options;
  options.port = port;
  options.latency = 10ms;
  return started(std::move(options));
}

/// A run of 100 requests a second, whose endpoint is away from the first second on, and comes back
/// after `away`.
Tally run_with_outage(bool is_streamed, std::uint32_t retries, std::chrono::milliseconds away,
                      std::uint64_t count = 300) {
  auto endpoint = start_on(0);
  const auto port = endpoint->port();
  const auto chat =
      make_workload({endpoint->url(), ""}, TextGeneration{.is_streamed = is_streamed});
  std::thread outage([&] {
    std::this_thread::sleep_for(1s);
    endpoint.reset();
    std::this_thread::sleep_for(away);
    endpoint = start_on(port);
  });
  const Tally tally = run_stripe(
      *chat, RunOptions{.rpm = 6'000, .parallel = 50, .requests = count, .retries = retries});
  outage.join();
  return tally;
}

TEST(RestartTest, CostsOnlyTheRequestsOfTheOutage) {
  for (const bool is_streamed : {false, true}) {
    const Tally tally = run_with_outage(is_streamed, 0, 200ms);
    EXPECT_TRUE(tally.adds_up());
    EXPECT_EQ(message_of(tally.stopped_why), "");
    EXPECT_EQ(tally.not_sent, 0U);
    EXPECT_GT(tally.failed, 0U);
    EXPECT_EQ(tally.failed, tally.failed_by(Failure::connect) + tally.failed_by(Failure::reset));
    EXPECT_GT(tally.succeeded, 100U);
  }
}

TEST(RestartTest, CostsNothingWithRetries) {
  const Tally tally = run_with_outage(true, 20, 200ms);
  EXPECT_EQ(tally.succeeded, 300U) << message_of(tally.first_failure);
  EXPECT_GT(tally.retries, 0U);
  EXPECT_TRUE(tally.adds_up());
}

TEST(RestartTest, AnOutageThatLastsEndsTheRun) {
  const Tally tally = run_with_outage(false, 0, 4s, 500);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_TRUE(tally.stopped_why);
  EXPECT_GT(tally.succeeded, 50U);
  EXPECT_GT(tally.not_sent, 50U);
}

}  // namespace
}  // namespace paceline::run
