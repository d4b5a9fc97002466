#include <gtest/gtest.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "../../started_endpoint.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

/// A stripe; the first of its latencies is counted in the bucket `bucket`.
Progress stripe(std::uint64_t ended, std::uint64_t left, std::uint64_t departures,
                std::uint64_t in_flight, bool is_warming_up, std::chrono::nanoseconds p50,
                std::size_t bucket) {
  Progress progress;
  progress.planned = 100;
  progress.ended = ended;
  progress.failed = 10;
  progress.left = left;
  progress.departures = departures;
  progress.in_flight = in_flight;
  progress.is_warming_up = is_warming_up;
  progress.p50 = p50;
  progress.p99 = 2 * p50;
  progress.latency[bucket] = ended - 10;
  progress.latency[7] += 1;
  progress.failures[1] = 4;
  progress.failures[2] = 6;
  progress.streams = ended - 10;
  progress.ttft_p50 = p50 / 10;
  progress.ttft_p99 = p50 / 5;
  progress.tokens = 10 * ended;
  return progress;
}

TEST(ProgressTest, StripesAddUp) {
  Progress one = stripe(40, 60, 50, 7, false, 10ms, 5);
  const Progress other = stripe(20, 80, 30, 3, true, 50ms, 6);
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
  EXPECT_EQ(one.latency[5], 30U);
  EXPECT_EQ(one.latency[6], 10U);
  EXPECT_EQ(one.latency[7], 2U);
  EXPECT_EQ(one.failures[1], 8U);
  EXPECT_EQ(one.failures[2], 12U);
  EXPECT_EQ(one.streams, 40U);
  EXPECT_EQ(one.ttft_p50, 2ms);
  EXPECT_EQ(one.ttft_p99, 4ms);
  EXPECT_EQ(one.tokens, 600U);
}

TEST(ProgressTest, TheBoundOfAStripeThatIsHeldBackCounts) {
  const auto merged = [](std::optional<Bound> one, std::optional<Bound> other) {
    Progress whole;
    whole.bound = one;
    Progress added;
    added.bound = other;
    whole.merge(added);
    return whole.bound;
  };
  EXPECT_EQ(merged(std::nullopt, std::nullopt), std::nullopt);
  EXPECT_EQ(merged(std::nullopt, Bound::paced), Bound::paced);
  EXPECT_EQ(merged(Bound::paced, std::nullopt), Bound::paced);
  EXPECT_EQ(merged(Bound::paced, Bound::client), Bound::client);
  EXPECT_EQ(merged(Bound::server, Bound::paced), Bound::server);
}

TEST(ProgressTest, ItWaitsForARetryWhenEveryStripeThatIsNotDoneDoes) {
  const auto with = [](std::uint64_t left, std::optional<std::chrono::nanoseconds> retry_in) {
    Progress progress;
    progress.left = left;
    progress.retry_in = retry_in;
    return progress;
  };
  const Progress busy = with(5, {});
  const Progress done = with(0, {});
  const Progress waiting = with(1, 40s);
  const Progress waiting_less = with(2, 30s);
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
    EXPECT_EQ(std::accumulate(progress.latency.begin(), progress.latency.end(), std::uint64_t{0}),
              progress.ended);
    if (progress.ended > 0) {
      EXPECT_GT(progress.tokens, 0U);
      EXPECT_GE(progress.p50, 20ms);
      EXPECT_GE(progress.p99, progress.p50);
    }
    ended = progress.ended;
    departures = progress.departures;
  }
}

}  // namespace
}  // namespace paceline::run
