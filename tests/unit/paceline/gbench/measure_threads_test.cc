#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/fixture.h>
#include <paceline/gbench/context.h>
#include <paceline/gbench/measure.h>
#include <paceline/text_generation.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "../../started_endpoint.h"
#include "collector.h"

namespace paceline::gbench {
namespace {

constexpr std::uint64_t asked_requests = 101;
constexpr std::uint64_t thread_count = 3;

/// The last progress of each thread.
class Kept : public run::ProgressSink {
 public:
  void publish(std::size_t stripe, const run::Progress& progress) override {
    const std::lock_guard lock(mutex_);
    last_.at(stripe) = progress;
  }
  void end() override {
    const std::lock_guard lock(mutex_);
    whole_ = last_[0];
    for (std::size_t i = 1; i < last_.size(); ++i) whole_.merge(last_[i]);
  }
  const run::Progress& whole() const { return whole_; }

 private:
  std::mutex mutex_;
  std::array<run::Progress, thread_count> last_;
  run::Progress whole_;
};

class MeasureThreadsTest : public testing::Test {
 protected:
  MeasureThreadsTest() {
    endpoint_ = started({.latency = std::chrono::milliseconds(4)});
    ContextSettings settings;
    settings.api.url = endpoint_->url();
    settings.show_progress = [this](run::ShownRun run) {
      shown_.push_back(std::move(run));
      return kept_.emplace_back(std::make_shared<Kept>());
    };
    context_ = std::make_unique<Context>(std::move(settings));
    for (std::uint64_t i = 0; i < thread_count; ++i) {
      chats_.push_back(make_workload(context_->settings().api, TextGeneration{}));
    }
  }

  /// The rows of so many repetitions.
  std::vector<benchmark::BenchmarkReporter::Run> measured(int repetitions) {
    // Each test has a benchmark of its own, which refers to the test.
    const std::string name =
        std::string("by_parts_") + testing::UnitTest::GetInstance()->current_test_info()->name();
    benchmark::RegisterBenchmark(name.c_str(),
                                 [this](benchmark::State& state) {
                                   const auto thread =
                                       static_cast<std::size_t>(state.thread_index());
                                   measure(state, *context_, *chats_[thread], {asked_requests});
                                 })
        ->Args({60'000, 20})
        ->Threads(thread_count)
        ->Iterations(asked_requests / thread_count)
        ->Repetitions(repetitions)
        ->UseManualTime();
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, name);
    return collector.runs;
  }

  std::unique_ptr<Endpoint> endpoint_;
  std::vector<run::ShownRun> shown_;
  std::vector<std::shared_ptr<Kept>> kept_;
  std::unique_ptr<Context> context_;
  std::vector<std::unique_ptr<Workload>> chats_;
};

TEST_F(MeasureThreadsTest, ARunHasAsManyRequestsAsAskedFor) {
  const auto runs = measured(1);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].iterations, static_cast<std::int64_t>(asked_requests));
  EXPECT_EQ(endpoint_->requests(), asked_requests);
  auto counters = runs[0].counters;
  const double mean = runs[0].real_accumulated_time / static_cast<double>(asked_requests);
  EXPECT_NEAR(mean, counters["mean"].value, 1e-9);
}

TEST_F(MeasureThreadsTest, TheRunAfterTheOthersBeginsAnew) {
  const auto runs = measured(3);
  EXPECT_EQ(endpoint_->requests(), 3 * asked_requests);
  EXPECT_EQ(runs.at(2).iterations, static_cast<std::int64_t>(asked_requests));
}

TEST_F(MeasureThreadsTest, TheProgressEndsWithEveryRequestOfEveryThread) {
  measured(1);
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_EQ(shown_[0].name, "chat/complete rpm:60000 parallel:20 threads:3");
  EXPECT_EQ(shown_[0].parts, thread_count);
  const run::Progress& whole = kept_[0]->whole();
  EXPECT_EQ(whole.planned, asked_requests);
  EXPECT_EQ(whole.ended, asked_requests);
  EXPECT_EQ(whole.departures, asked_requests);
  EXPECT_EQ(whole.left, 0U);
}

TEST_F(MeasureThreadsTest, AStopBeforeTheRunConcernsEveryThread) {
  context_->stop();
  const auto runs = measured(1);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_TRUE(runs[0].counters.empty());
  EXPECT_EQ(endpoint_->requests(), 0U);
  EXPECT_TRUE(shown_.empty());
}

}  // namespace
}  // namespace paceline::gbench
