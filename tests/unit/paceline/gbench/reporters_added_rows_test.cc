#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/gbench/reporters.h>

#include <chrono>
#include <string>
#include <vector>

#include "collector.h"

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;
using Row = benchmark::BenchmarkReporter::Run;

Row search_run(std::int64_t repetition) {
  Row run;
  run.run_name.function_name = "chat/find_max";
  run.run_name.args = "parallel:5";
  run.run_name.time_type = "manual_time";
  run.repetition_index = repetition;
  run.time_unit = benchmark::kMicrosecond;
  run.iterations = 1;
  return run;
}

AddedRow probe_at(std::uint64_t rpm) {
  AddedRow probe;
  probe.name = "chat/probe";
  probe.rpm = rpm;
  probe.parallel = 5;
  probe.requests = 100;
  probe.mean_latency = 20ms;
  probe.cpu_time = 30e-6;
  probe.label = "paced; met";
  probe.counters["p99"] = 0.025;
  return probe;
}

TEST(WithAddedRowsTest, FollowTheirSearchAsRunsOfTheirOwn) {
  Collector file;
  AddedRows store;
  store.add("chat/find_max", {probe_at(60), probe_at(120)});
  store.add("chat/find_max", {probe_at(240)});
  WithAddedRows rows(file, store);
  Row other;
  other.run_name.function_name = "chat";
  Row aggregate = search_run(0);
  aggregate.run_type = Row::RT_Aggregate;
  rows.ReportRuns({other, search_run(0), search_run(1)});
  rows.ReportRuns({aggregate});
  std::vector<std::string> names;
  for (const Row& run : file.runs) names.push_back(run.run_name.str());
  EXPECT_EQ(names,
            (std::vector<std::string>{"chat", "chat/find_max/parallel:5/manual_time",
                                      "chat/probe/rpm:60/parallel:5/iterations:100/manual_time",
                                      "chat/probe/rpm:120/parallel:5/iterations:100/manual_time",
                                      "chat/find_max/parallel:5/manual_time",
                                      "chat/probe/rpm:240/parallel:5/iterations:100/manual_time",
                                      "chat/find_max/parallel:5/manual_time"}));
  const Row& probe = file.runs[2];
  EXPECT_NEAR(probe.GetAdjustedRealTime(), 20'000, 1e-6);
  EXPECT_NEAR(probe.GetAdjustedCPUTime(), 30, 1e-6);
  EXPECT_EQ(probe.report_label, "paced; met");
  EXPECT_EQ(probe.counters.at("p99").value, 0.025);
  EXPECT_EQ(probe.run_type, Row::RT_Iteration);
  EXPECT_EQ(file.runs[5].repetition_index, 1);
}

}  // namespace
}  // namespace paceline::gbench
