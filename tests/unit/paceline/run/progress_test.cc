#include <gtest/gtest.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../../started_endpoint.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

TEST(ProgressTest, StripesAddUp) {
  Progress one{100, 40, 10, 60, 50, 7, false, 10ms, 20ms, {}};
  const Progress other{100, 20, 10, 80, 30, 3, true, 50ms, 100ms, {}};
  one.merge(other);
  EXPECT_EQ(one.planned, 200U);
  EXPECT_EQ(one.ended, 60U);
  EXPECT_EQ(one.failed, 20U);
  EXPECT_EQ(one.left, 140U);
  EXPECT_EQ(one.departures, 80U);
  EXPECT_EQ(one.in_flight, 10U);
  EXPECT_FALSE(one.is_warming_up);
  // Thirty responses and ten.
  EXPECT_EQ(one.p50, 20ms);
  EXPECT_EQ(one.p99, 40ms);
}

TEST(ProgressTest, ItWaitsForARetryWhenEveryStripeThatIsNotDoneDoes) {
  const Progress busy{.left = 5};
  const Progress done{.left = 0};
  const Progress waiting{.left = 1, .retry_in = 40s};
  const Progress waiting_less{.left = 2, .retry_in = 30s};
  const auto merged = [](Progress one, const Progress& other) {
    one.merge(other);
    return one.retry_in;
  };
  EXPECT_EQ(merged(waiting, waiting_less), 30s);
  EXPECT_EQ(merged(waiting, done), 40s);
  EXPECT_EQ(merged(done, waiting), 40s);
  EXPECT_EQ(merged(waiting, busy), std::nullopt);
  EXPECT_EQ(merged(busy, waiting), std::nullopt);
  EXPECT_EQ(merged(done, done), std::nullopt);
}

TEST(ProgressTest, ARunTellsHowFarItIs) {
  EndpointOptions endpoint_options;
  endpoint_options.latency = 20ms;
  const auto endpoint = started(std::move(endpoint_options));
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  std::vector<Progress> told;
  std::vector<TimePoint> times;
  RunHooks hooks;
  hooks.on_progress = [&](const Progress& progress) {
    told.push_back(progress);
    times.push_back(Clock::now());
  };
  run_stripe(*chat, RunOptions{.rpm = 6'000, .parallel = 20, .requests = 100, .warmup = 50}, hooks);
  // A second and a half: some seven of them, fewer where the machine is busy.
  ASSERT_GE(told.size(), 2U);
  // The loop counts whole milliseconds, and the first call may come late.
  const auto intervals = static_cast<int>(times.size()) - 2;
  EXPECT_GE(times.back() - times.front(), intervals * 199ms);
  std::uint64_t ended = 0;
  std::uint64_t departures = 0;
  for (const Progress& progress : told) {
    EXPECT_EQ(progress.planned, 100U);
    EXPECT_GE(progress.ended, ended);
    EXPECT_GT(progress.departures, departures);
    // Whatever has not ended has not left or is in flight.
    EXPECT_EQ(progress.left, 150 - progress.departures + progress.in_flight);
    EXPECT_EQ(progress.is_warming_up, progress.departures <= 50);
    if (progress.ended > 0) {
      EXPECT_GE(progress.p50, 20ms);
      EXPECT_GE(progress.p99, progress.p50);
    }
    ended = progress.ended;
    departures = progress.departures;
  }
}

}  // namespace
}  // namespace paceline::run
