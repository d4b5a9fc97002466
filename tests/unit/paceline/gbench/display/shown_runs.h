#pragma once

#include <benchmark/benchmark.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/display/style.h>
#include <paceline/gbench/run_ending.h>

namespace paceline::gbench::display {

using BenchmarkRun = benchmark::BenchmarkReporter::Run;

/// The usual arguments of a run.
inline const std::string grid = "rpm:6000/parallel:10";

/// All that a display prints of these runs on standard output.
template <typename Display>
std::string shown(const std::vector<BenchmarkRun>& runs, Style style) {
  const gbench::Context context({});
  Display display(context, style);
  std::ostringstream out;
  std::ostringstream errors;
  display.SetOutputStream(&out);
  display.SetErrorStream(&errors);
  benchmark::BenchmarkReporter::Context machine;
  machine.name_field_width = 10;
  display.ReportContext(machine);
  for (const BenchmarkRun& run : runs) display.ReportRuns({run});
  return out.str();
}

/// A run of 100 requests. `arguments` such as "rpm:6000/parallel:10".
inline BenchmarkRun run_of(const std::string& name, const std::string& arguments,
                           const std::string& label, benchmark::UserCounters counters) {
  BenchmarkRun run;
  run.run_name.function_name = name;
  run.run_name.args = arguments;
  run.report_label = label;
  run.iterations = 100;
  run.real_accumulated_time = 5.1;
  run.cpu_accumulated_time = 0.0042;
  run.counters = std::move(counters);
  return run;
}

inline benchmark::UserCounters counters_of_responses() {
  return {{"rpm", 5998.2},    {"rps", 98.44},     {"mean", 0.051},     {"stddev", 0.0021},
          {"p50", 0.0502},    {"p90", 0.0521},    {"p99", 0.0611},     {"p99.9", 0.0702},
          {"max", 0.0931},    {"due_p50", 0.051}, {"due_p99", 0.1234}, {"late_p50", 18e-6},
          {"late_p99", 2e-4}, {"errors", 0}};
}

inline benchmark::UserCounters counters_of_streams() {
  benchmark::UserCounters counters = counters_of_responses();
  counters.insert({{"ttft_p50", 0.05},
                   {"ttft_p99", 0.0812},
                   {"itl_p50", 0.005},
                   {"itl_p99", 0.0093},
                   {"tpot_p50", 0.00512},
                   {"tokens_out", 12'345}});
  return counters;
}

/// Google Benchmark has other members for this in later versions.
template <typename AnyRun>
AnyRun failed(AnyRun run, const std::string& why) {
  if constexpr (requires { run.error_occurred; }) {
    run.error_occurred = true;
  } else {
    run.skipped = static_cast<decltype(run.skipped)>(RunEnding::failed);
  }
  error_of(run) = why;
  run.counters.clear();
  run.report_label.clear();
  run.iterations = 0;
  return run;
}

inline BenchmarkRun aggregate_of(BenchmarkRun run, const std::string& name) {
  run.run_type = BenchmarkRun::RT_Aggregate;
  run.aggregate_name = name;
  if (name == "cv") run.aggregate_unit = benchmark::StatisticUnit::kPercentage;
  run.report_label.clear();
  return run;
}

}  // namespace paceline::gbench::display
