#include <gtest/gtest.h>
#include <paceline/run/rate_search.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "../stats/simulated_server.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

const RunPlan at_6000(RunOptions{.rpm = 6'000, .parallel = 10});

/// Even departures at a rate, each with a latency that grows by that share of the time.
stats::RunTally tally_of(double rpm, double growth) {
  stats::RunTally tally;
  tally.first_send = 0ns;
  for (int i = 0; i < 1000; ++i) {
    const std::chrono::duration<double> due{60 / rpm * i};
    ++tally.sends;
    tally.last_send = std::chrono::duration_cast<std::chrono::nanoseconds>(due);
    // With some noise, which is no growth.
    tally.due_latency_trend.record(due.count(), 0.5 + growth * due.count() + 0.01 * (i % 5));
  }
  return tally;
}

std::string why(const stats::RunTally& tally, const RunPlan& options = at_6000) {
  return why_not_kept(tally, options,
                      judge(tally, options.rpm, options.parallel, options.arrivals));
}

TEST(ProbeTest, ARateThatWasKept) {
  EXPECT_EQ(why(tally_of(6'000, 0)), "");
  EXPECT_EQ(why(tally_of(5'970, 0.005)), "");
}

TEST(ProbeTest, AServerThatFallsBehind) {
  EXPECT_EQ(why(tally_of(6'000, 0.02)),
            "the server falls behind: latency grew by 20 ms each second");
}

TEST(ProbeTest, GrowthThatChanceExplainsIsNone) {
  stats::RunTally tally = tally_of(6'000, 0.02);
  // Two latencies of half a minute are noise enough.
  tally.due_latency_trend.record(1, 30);
  tally.due_latency_trend.record(9, 30);
  EXPECT_EQ(why(tally), "");
}

TEST(ProbeTest, ARateThatParallelHeldBack) {
  stats::RunTally tally = tally_of(5'900, 0);
  tally.parallel_wait = 5s;
  EXPECT_TRUE(why(tally).starts_with("parallel-bound: ")) << why(tally);
}

TEST(ProbeTest, ARateThatOnlyThisProgramCanHaveLost) {
  EXPECT_TRUE(why(tally_of(5'900, 0)).starts_with("client-bound: ")) << why(tally_of(5'900, 0));
}

TEST(ProbeTest, ClientBoundIsNotKept) {
  stats::RunTally tally = tally_of(6'000, 0);
  for (int i = 0; i < 100; ++i) tally.client_lag.record(20ms);
  EXPECT_TRUE(why(tally).starts_with("client-bound: ")) << why(tally);
}

TEST(ProbeTest, LatenessThatDoesNotShowInTheLatencyIsTolerable) {
  stats::RunTally tally = tally_of(6'000, 0);
  for (int i = 0; i < 100; ++i) {
    tally.client_lag.record(99ms);
    tally.latency.record(3s);
  }
  EXPECT_EQ(why(tally), "");
}

TEST(ProbeTest, RandomArrivalsFallShortByChance) {
  RunPlan options = at_6000;
  options.arrivals = poisson_arrivals;
  // 1000 of them spread by 3%.
  EXPECT_EQ(why(tally_of(5'700, 0), options), "");
  EXPECT_NE(why(tally_of(5'000, 0), options), "");
}

TEST(ProbeTest, ARunThatWasNotWhole) {
  stats::RunTally tally = tally_of(6'000, 0);
  tally.cut_short = true;
  EXPECT_EQ(why(tally), "cut short");
  tally.stopped_why = Error{ErrorCode::server_failed, "most failed"};
  EXPECT_EQ(why(tally), "ended early: most failed");
}

/// What a search finds whose probes are simulated.
std::uint64_t found_rate(stats::SimulatedRun run, std::uint64_t start) {
  RateSearch search(start, 60, 60'000'000);
  while (const auto rate = search.next()) {
    run.rpm = static_cast<double>(*rate);
    run.requests = std::max(run.requests, requests_to_judge(*rate, 10s));
    const RunPlan options(
        RunOptions{.rpm = *rate, .parallel = static_cast<std::size_t>(run.parallel)});
    search.add(why(stats::simulate(run), options).empty());
  }
  return search.best();
}

TEST(ProbeTest, ASearchFindsWhatTheServerCanDo) {
  // Ten at once of 100 ms each.
  const stats::SimulatedRun server{
      .parallel = 500, .requests = 300, .concurrency = 10, .service = stats::nearly(0.1)};
  const auto rate = static_cast<double>(found_rate(server, 2'500));
  EXPECT_LE(rate, 1.02 * 6'000);
  EXPECT_GE(rate, 0.97 * 6'000);
}

TEST(ProbeTest, ASearchFindsWhatTheCapAllows) {
  // Five in flight of 100 ms.
  const stats::SimulatedRun server{.parallel = 5, .requests = 300, .service = stats::nearly(0.1)};
  const auto rate = static_cast<double>(found_rate(server, 1'600));
  EXPECT_LE(rate, 1.02 * 3'000);
  EXPECT_GE(rate, 0.97 * 3'000);
}

TEST(ProbeTest, EnoughRequestsForTheTimeAndForAP99) {
  EXPECT_EQ(requests_to_judge(60, 10s), 100U);
  EXPECT_EQ(requests_to_judge(6'000, 10s), 1'000U);
  EXPECT_EQ(requests_to_judge(6'001, 10s), 1'001U);
  EXPECT_EQ(requests_to_judge(100'000, 50s), 83'334U);
}

}  // namespace
}  // namespace paceline::run
