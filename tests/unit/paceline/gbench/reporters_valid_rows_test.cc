#include <gtest/gtest.h>
#include <paceline/gbench/reporters.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "collector.h"

namespace paceline::gbench {
namespace {

using BenchmarkRun = benchmark::BenchmarkReporter::Run;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What a reporter is told of these rows.
std::vector<BenchmarkRun> valid(const std::vector<BenchmarkRun>& runs,
                                ValidRows::Columns columns = ValidRows::Columns::free,
                                const std::vector<std::string>& counters = {}) {
  auto gate = std::make_shared<text::Gate>();
  gate->add_secret("sk-secret-key");
  Collector collector;
  ValidRows rows(collector, gate, columns, counters);
  for (const BenchmarkRun& run : runs) rows.ReportRuns({run});
  return collector.runs;
}

BenchmarkRun run_with(const benchmark::UserCounters& counters) {
  BenchmarkRun run;
  run.counters = counters;
  return run;
}

TEST(ValidRowsTest, TextsPassTheGate) {
  BenchmarkRun run;
  run.run_name.function_name = "name\x1b[31m";
  run.report_label = "failing: sk-secret-key\n";
  const BenchmarkRun row = valid({run}).front();
  EXPECT_EQ(row.run_name.function_name, "name\uFFFD[31m");
  EXPECT_EQ(row.report_label, "failing: [removed] ");
}

TEST(ValidRowsTest, ACounterThatIsNoNumberIsLeftOut) {
  const BenchmarkRun row = valid({run_with({{"a", 1}, {"b", nan}, {"c", INFINITY}})}).front();
  EXPECT_EQ(row.counters.size(), 1U);
  EXPECT_EQ(row.counters.at("a"), 1);
}

TEST(ValidRowsTest, TheVariationOfWhatIsAlwaysZeroIsZero) {
  BenchmarkRun run = run_with({{"errors", nan}});
  run.run_type = BenchmarkRun::RT_Aggregate;
  run.real_accumulated_time = nan;
  const BenchmarkRun row = valid({run}).front();
  EXPECT_EQ(row.counters.at("errors"), 0);
  EXPECT_EQ(row.real_accumulated_time, 0);
}

TEST(ValidRowsTest, InCsvTheFirstRowHasEveryColumn) {
  const auto rows = valid({run_with({{"own", 1}}), run_with({{"a", 2}, {"other", 3}})},
                          ValidRows::Columns::fixed, {"a", "b"});
  EXPECT_EQ(rows[0].counters.size(), 3U);
  EXPECT_EQ(rows[0].counters.at("own"), 1);
  EXPECT_TRUE(std::isnan(rows[0].counters.at("a").value));
  // Google Benchmark would end the program at a column that the first row had not.
  EXPECT_EQ(rows[1].counters.size(), 1U);
  EXPECT_EQ(rows[1].counters.at("a"), 2);
}

TEST(ValidRowsTest, WhatFindsNoColumnIsKnown) {
  Collector collector;
  ValidRows rows(collector, std::make_shared<text::Gate>(), ValidRows::Columns::fixed, {});
  rows.ReportRuns({run_with({{"a", 1}})});
  rows.ReportRuns({run_with({{"a", 1}, {"b", 1}})});
  EXPECT_EQ(rows.left_out(), std::set<std::string>{"b"});
}

}  // namespace
}  // namespace paceline::gbench
