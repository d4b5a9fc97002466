#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/fixture.h>
#include <paceline/gbench/context.h>
#include <paceline/run/progress_sink.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "../../started_endpoint.h"
#include "collector.h"

namespace paceline::gbench {
namespace {

class Followed : public Fixture {
 public:
  std::unique_ptr<Workload> make_workload(const Api& api) override {
    return paceline::make_workload(api, TextGeneration{});
  }
};

BENCHMARK_DEFINE_F(Followed, by_hand)(benchmark::State& state) {
  run(state);
}
BENCHMARK_REGISTER_F(Followed, by_hand)->Args({6'000, 100})->Iterations(400)->UseManualTime();
BENCHMARK_REGISTER_F(Followed, by_hand)
    ->Name("followed_unpaced")
    ->Args({0, 2})
    ->Iterations(5)
    ->UseManualTime();

/// Changes the rate with every progress.
class Changer : public run::ProgressSink {
 public:
  Changer(run::ShownRun run, int steps) : run_(std::move(run)), steps_left_(steps) {}
  void publish(std::size_t, const run::Progress&) override {
    if (steps_left_-- > 0 && run_.rate_changes) run_.rate_changes->ask(+1);
  }
  void end() override {}

 private:
  run::ShownRun run_;
  int steps_left_;
};

/// The label of a benchmark's run, whose rate is changed so many times.
class MeasureRateChangesTest : public testing::Test {
 protected:
  std::string label_of(const std::string& benchmark, int steps) {
    const auto endpoint = started({.latency = std::chrono::milliseconds(4)});
    ContextSettings settings;
    settings.api.url = endpoint->url();
    settings.show_progress = [&](run::ShownRun run) {
      shown_.push_back(run);
      return std::make_shared<Changer>(std::move(run), steps);
    };
    Context context(std::move(settings));
    context.plan_runs(3);
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, benchmark);
    return collector.runs.at(0).report_label;
  }

  std::vector<run::ShownRun> shown_;
};

TEST_F(MeasureRateChangesTest, TheLabelTellsTheFirstThree) {
  const std::string label = label_of("Followed/by_hand", 5);
  const std::regex changes(
      "; rate changed to 6600 RPM at [0-9.]+ s, to 7200 RPM at [0-9.]+ s, to 7800 RPM at [0-9.]+ s "
      "and 2 more times \\(mean [678][0-9]+ RPM\\)");
  EXPECT_TRUE(std::regex_search(label, changes)) << label;
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_EQ(shown_[0].rpm, 6'000U);
  EXPECT_EQ(shown_[0].parallel, 100U);
  EXPECT_EQ(shown_[0].number, 1U);
  EXPECT_EQ(shown_[0].runs, 3U);
}

TEST_F(MeasureRateChangesTest, ARateThatStaysIsNotTold) {
  EXPECT_EQ(label_of("Followed/by_hand", 0).find("rate changed"), std::string::npos);
}

TEST_F(MeasureRateChangesTest, AnUnpacedRunHasNoRate) {
  label_of("followed_unpaced", 1);
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_EQ(shown_[0].rate_changes, nullptr);
}

}  // namespace
}  // namespace paceline::gbench
