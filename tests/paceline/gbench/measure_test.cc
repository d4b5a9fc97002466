#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/gbench/fixture.h>
#include <paceline/gbench/session.h>
#include <paceline/http/client.h>

#include <chrono>
#include <string>
#include <vector>

#include "collector.h"

namespace paceline {
namespace {

class Complete : public Fixture {
 public:
  std::unique_ptr<Workload> make_workload(const Api& api) override {
    return paceline::make_workload(api, TextGeneration{});
  }
};

BENCHMARK_DEFINE_F(Complete, by_threads)(benchmark::State& state) {
  run(state);
}
BENCHMARK_REGISTER_F(Complete, by_threads)
    ->ArgNames({"rpm", "parallel"})
    ->Args({60'000, 20})
    ->Threads(2)
    ->Iterations(150)
    ->UseManualTime();
BENCHMARK_REGISTER_F(Complete, by_threads)
    ->Name("too_few_in_flight")
    ->Args({60'000, 1})
    ->Threads(2)
    ->Iterations(10)
    ->UseManualTime();

BENCHMARK_REGISTER_F(Complete, by_threads)
    ->Name("alone")
    ->Args({6'000, 9'000})
    ->Iterations(20)
    ->UseManualTime();

class MeasureTest : public testing::Test {
 protected:
  MeasureTest() {
    Options options;
    options.endpoint.latency = std::chrono::milliseconds(4);
    EXPECT_EQ(Session::global().open(options), "");
  }
  ~MeasureTest() override { Session::global().close(); }
};

std::vector<benchmark::BenchmarkReporter::Run> runs_of(const std::string& benchmark) {
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, benchmark);
  return collector.runs;
}

TEST_F(MeasureTest, ThreadsShareOneScheduleAndOneRow) {
  const auto runs = runs_of("by_threads");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].iterations, 300);
  auto counters = runs[0].counters;
  EXPECT_EQ(counters["errors"].value, 0);
  EXPECT_LE(counters["in_flight"].value, 20);
  // Two schedules would give twice the rate; one whose threads take turns, half of it. A stall
  // moves the schedule, so a busy machine may be slower, and never faster than the tolerance
  // allows.
  EXPECT_LT(counters["rpm"].value, 63'000);
  EXPECT_GT(counters["rpm"].value, 40'000);
  const double mean = runs[0].real_accumulated_time / 300;
  EXPECT_GE(mean, 0.004);
  EXPECT_LE(mean, counters["max"].value);
}

TEST_F(MeasureTest, TheScheduleBeginsWhenTheClientIsMade) {
  const auto begun = std::chrono::steady_clock::now();
  {
    Loop loop;
    const Client client(loop, {.parallel = 9'000}, [](Exchange&) {});
  }
  const std::chrono::duration<double> making = std::chrono::steady_clock::now() - begun;
  const auto runs = runs_of("alone");
  ASSERT_EQ(runs.size(), 1U);
  auto counters = runs[0].counters;
  // Were the client made after the first slot is due, every slot would be late by that time less
  // what is made up fast, some 10 ms. A busy machine may make some of the 20 late.
  ASSERT_GT(making.count(), 0.015);
  EXPECT_GT(counters["rpm"].value, 0);
  EXPECT_LT(counters["late_p50"].value, (making.count() - 0.010) / 2);
  EXPECT_LT(counters["rpm"].value, 6'400);
}

TEST_F(MeasureTest, EachThreadNeedsARequestInFlight) {
  const auto runs = runs_of("too_few_in_flight");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_TRUE(runs[0].counters.empty());
  // So that the program exits with 1.
  EXPECT_TRUE(Session::global().failed());
}

}  // namespace
}  // namespace paceline
