#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/gbench/fixture.h>
#include <paceline/gbench/session.h>

#include <string>
#include <vector>

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
    ->Args({6'000, 5'000})
    ->Iterations(20)
    ->UseManualTime();

class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& reported) override {
    runs.insert(runs.end(), reported.begin(), reported.end());
  }
  std::vector<Run> runs;
};

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
  // Not twice the rate, as two schedules would give.
  EXPECT_NEAR(counters["rpm"].value, 60'000, 6'000);
  const double mean = runs[0].real_accumulated_time / 300;
  EXPECT_GE(mean, 0.004);
  EXPECT_LE(mean, counters["max"].value);
}

TEST_F(MeasureTest, TheScheduleBeginsWhenTheClientIsMade) {
  const auto runs = runs_of("alone");
  ASSERT_EQ(runs.size(), 1U);
  auto counters = runs[0].counters;
  // Making 5,000 exchanges takes some 20 ms, which the first slot must not be late by; a busy
  // machine may make one of the others late, and has 20 to choose from.
  EXPECT_LT(counters["late_p50"].value, 0.005);
  EXPECT_NEAR(counters["rpm"].value, 6'000, 300);
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
