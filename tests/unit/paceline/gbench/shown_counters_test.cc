#include <gtest/gtest.h>
#include <paceline/gbench/shown_counters.h>

#include <cmath>
#include <string>
#include <vector>

#include "collector.h"

namespace paceline::gbench {
namespace {

using BenchmarkRun = benchmark::BenchmarkReporter::Run;

BenchmarkRun run_of(const std::string& name, const benchmark::UserCounters& counters) {
  BenchmarkRun run;
  run.run_name.function_name = name;
  run.counters = counters;
  return run;
}

/// What a reporter is told of these rows, which are reported together.
std::vector<BenchmarkRun> shown(const std::vector<BenchmarkRun>& runs) {
  Collector collector;
  ShownCounters counters(collector, {"mean"}, {"finish_length", "finish_other"});
  counters.ReportRuns(runs);
  return collector.runs;
}

TEST(ShownCountersTest, LeavesOutHiddenCountersAndNoOthers) {
  const auto rows = shown({run_of("a", {{"mean", 1}, {"errors", 0}}), run_of("b", {{"mean", 0}})});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].counters.size(), 1U);
  EXPECT_EQ(rows[0].counters.at("errors"), 0);
  EXPECT_TRUE(rows[1].counters.empty());
}

TEST(ShownCountersTest, EveryRepetitionHasACounterThatOneOfThemNeeds) {
  const auto rows = shown({run_of("a", {{"finish_length", 0}, {"finish_other", 0}}),
                           run_of("a", {{"finish_length", 0.5}, {"finish_other", 0}}),
                           run_of("b", {{"finish_length", 0}, {"finish_other", 0}})});
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].counters.size(), 1U);
  EXPECT_EQ(rows[0].counters.at("finish_length"), 0);
  EXPECT_EQ(rows[1].counters.at("finish_length"), 0.5);
  EXPECT_TRUE(rows[2].counters.empty());
}

TEST(ShownCountersTest, TheAggregatesOfZerosAreLeftOut) {
  const auto rows = shown({run_of("a", {{"finish_length", 0}, {"finish_other", 0}}),
                           run_of("a", {{"finish_length", 0}, {"finish_other", 0.1}}),
                           run_of("a", {{"finish_length", NAN}, {"finish_other", 2}})});
  ASSERT_EQ(rows.size(), 3U);
  for (const BenchmarkRun& row : rows) {
    EXPECT_FALSE(row.counters.contains("finish_length"));
    EXPECT_TRUE(row.counters.contains("finish_other"));
  }
}

}  // namespace
}  // namespace paceline::gbench
