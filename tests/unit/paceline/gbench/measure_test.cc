#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/fixture.h>
#include <paceline/gbench/context.h>
#include <paceline/http/client.h>
#include <paceline/run/run_stripe.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../started_endpoint.h"
#include "../../test_loop.h"
#include "collector.h"

namespace paceline::gbench {
namespace {

/// The thread that made each request, in order.
class Makers {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    makers_.push_back(std::this_thread::get_id());
  }
  std::vector<std::thread::id> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(makers_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::thread::id> makers_;
};

Makers makers;

class NotedChat : public Workload {
 public:
  explicit NotedChat(const Api& api) : chat_(paceline::make_workload(api, TextGeneration{})) {}
  void begin_run(std::uint64_t salt) override { chat_->begin_run(salt); }
  void make(std::uint64_t item, Request& request) override {
    makers.add();
    chat_->make(item, request);
  }
  Outcome read(const Request& request, Response& response) override {
    return chat_->read(request, response);
  }

 private:
  std::unique_ptr<Workload> chat_;
};

class Complete : public Fixture {
 public:
  std::unique_ptr<Workload> make_workload(const Api& api) override {
    return std::make_unique<NotedChat>(api);
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
    ->Iterations(2)
    ->UseManualTime();

class MeasureTest : public testing::Test {
 protected:
  MeasureTest() {
    endpoint_ = started({.latency = std::chrono::milliseconds(4)});
    ContextSettings settings;
    settings.api.url = endpoint_->url();
    context_ = std::make_unique<Context>(std::move(settings));
  }

  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<Context> context_;
};

std::vector<benchmark::BenchmarkReporter::Run> runs_of(const std::string& benchmark) {
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, benchmark);
  return collector.runs;
}

/// Google Benchmark has renamed the member.
template <typename AnyRun>
std::string error_of(const AnyRun& run) {
  if constexpr (requires { run.error_message; }) {
    return run.error_message;
  } else {
    return run.skip_message;
  }
}

TEST_F(MeasureTest, ThreadsShareOneScheduleAndOneRow) {
  makers.take();
  const auto runs = runs_of("by_threads");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].iterations, 300);
  auto counters = runs[0].counters;
  EXPECT_EQ(counters["errors"].value, 0);
  EXPECT_LE(counters["in_flight"].value, 20);
  // Two schedules would give twice the rate. Of the 299 ms, at most 60 ms of a delay are made up.
  EXPECT_LT(counters["rpm"].value, 80'000);
  // Threads that take turns would make the first half and the second half of the requests. Those of
  // the API check came before.
  const auto made = makers.take();
  ASSERT_GE(made.size(), 300U);
  EXPECT_TRUE(std::any_of(made.end() - 300, made.end() - 150,
                          [&made](std::thread::id thread) { return thread == made.back(); }));
  const double mean = runs[0].real_accumulated_time / 300;
  EXPECT_GE(mean, 0.004);
  EXPECT_LE(mean, counters["max"].value);
}

/// How long a client of 9,000 exchanges takes to be made.
double seconds_to_make() {
  TestLoop loop;
  const auto begun = std::chrono::steady_clock::now();
  const http::Client client(loop, {.parallel = 9'000}, run::transport_factory(TransportKind::curl),
                            [](http::Exchange&) {});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

TEST_F(MeasureTest, TheScheduleBeginsWhenTheClientIsMade) {
  // Were the client made after the first slot is due, that slot would be late by as much each time.
  // A busy machine makes it late now and then.
  double making = std::numeric_limits<double>::max();
  double late = making;
  for (int i = 0; i < 20; ++i) {
    making = std::min(making, seconds_to_make());
    const auto runs = runs_of("alone");
    ASSERT_EQ(runs.size(), 1U);
    auto counters = runs[0].counters;
    ASSERT_GT(counters["rpm"].value, 0);
    late = std::min(late, counters["late_max"].value);
  }
  EXPECT_LT(late, making / 2);
}

TEST(FixtureTest, WithoutAContextTheRunFailsWithASentence) {
  const auto runs = runs_of("alone");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_TRUE(runs[0].counters.empty());
  EXPECT_NE(error_of(runs[0]).find("paceline::main"), std::string::npos) << error_of(runs[0]);
}

TEST_F(MeasureTest, EachThreadNeedsARequestInFlight) {
  const auto runs = runs_of("too_few_in_flight");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_TRUE(runs[0].counters.empty());
  // So that the program exits with 1.
  EXPECT_TRUE(context_->failed());
}

}  // namespace
}  // namespace paceline::gbench
