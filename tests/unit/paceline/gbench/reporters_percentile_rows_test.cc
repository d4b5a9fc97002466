// Golden tests, as Google Benchmark tests its own reporters: what is written, to the letter.

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/gbench/reporters.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace paceline::gbench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

Run make_run() {
  Run run;
  run.run_name.function_name = "chat";
  run.run_name.args = "rpm:600/parallel:5";
  run.run_name.iterations = "iterations:10";
  run.run_name.time_type = "manual_time";
  run.family_index = 3;
  run.per_family_instance_index = 1;
  run.repetitions = 2;
  run.repetition_index = 1;
  run.iterations = 10;
  run.time_unit = benchmark::kMicrosecond;
  run.real_accumulated_time = 0.5;
  run.cpu_accumulated_time = 0.0005;
  run.counters["p50"] = 0.04;
  run.counters["p99"] = 0.25;
  run.counters["rpm"] = 600;
  return run;
}

Run make_aggregate(const std::string& name, benchmark::StatisticUnit unit) {
  auto run = make_run();
  run.run_type = Run::RT_Aggregate;
  run.aggregate_name = name;
  run.aggregate_unit = unit;
  run.repetition_index = Run::no_repetition_index;
  return run;
}

template <typename AnyRun>
void fail(AnyRun& run) {
  if constexpr (requires { run.error_occurred; }) {
    run.error_occurred = true;
  } else {
    run.skipped = static_cast<decltype(run.skipped)>(2);  // SkippedWithError
  }
  run.real_accumulated_time = 0;
}

/// What a reporter of that format writes for the runs, without the context.
std::string written(const std::string& format, const std::vector<std::string>& counters,
                    const std::vector<Run>& runs) {
  std::ostringstream out;
  std::ostringstream context;
  const auto file = make_file_reporter(format);
  PercentileRows rows(*file, counters);
  rows.SetOutputStream(format == "json" ? &context : &out);
  rows.SetErrorStream(&context);
  benchmark::BenchmarkReporter::Context machine;
  machine.name_field_width = 10;  // Google Benchmark leaves it as it finds it.
  EXPECT_TRUE(rows.ReportContext(machine));
  rows.ReportRuns(runs);
  rows.Finalize();
  if (format != "json") return out.str();
  const std::string all = context.str();
  const std::string_view begin = "\"benchmarks\": [\n";
  return all.substr(all.find(begin) + begin.size());
}

std::string times_of(const std::string& json_rows) {
  std::istringstream lines(json_rows);
  std::string times;
  for (std::string line; std::getline(lines, line);) {
    for (const char* key : {"\"name\"", "\"run_name\"", "\"real_time\"", "\"cpu_time\""}) {
      if (line.find(key) != std::string::npos) times += line.substr(6) + "\n";
    }
  }
  return times;
}

TEST(PercentileRowsTest, JsonHasARowForEachCounterAfterItsRun) {
  EXPECT_EQ(written("json", {"p50", "p99"}, {make_run()}),
            R"(    {
      "name": "chat/rpm:600/parallel:5/iterations:10/manual_time",
      "family_index": 3,
      "per_family_instance_index": 1,
      "run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time",
      "run_type": "iteration",
      "repetitions": 2,
      "repetition_index": 1,
      "threads": 1,
      "iterations": 10,
      "real_time": 5.0000000000000000e+04,
      "cpu_time": 5.0000000000000000e+01,
      "time_unit": "us",
      "p50": 4.0000000000000001e-02,
      "p99": 2.5000000000000000e-01,
      "rpm": 6.0000000000000000e+02
    },
    {
      "name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p50",
      "family_index": 3,
      "per_family_instance_index": 1,
      "run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p50",
      "run_type": "iteration",
      "repetitions": 2,
      "repetition_index": 1,
      "threads": 1,
      "iterations": 10,
      "real_time": 4.0000000000000000e+04,
      "cpu_time": 5.0000000000000000e+01,
      "time_unit": "us"
    },
    {
      "name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p99",
      "family_index": 3,
      "per_family_instance_index": 1,
      "run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p99",
      "run_type": "iteration",
      "repetitions": 2,
      "repetition_index": 1,
      "threads": 1,
      "iterations": 10,
      "real_time": 2.5000000000000000e+05,
      "cpu_time": 5.0000000000000000e+01,
      "time_unit": "us"
    }
  ]
}
)");
}

TEST(PercentileRowsTest, AggregatesKeepTheirKind) {
  const std::string rows = times_of(written(
      "json", {"p50"},
      {make_aggregate("median", benchmark::kTime), make_aggregate("cv", benchmark::kPercentage)}));
  EXPECT_EQ(rows, R"("name": "chat/rpm:600/parallel:5/iterations:10/manual_time_median",
"run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time",
"real_time": 5.0000000000000000e+04,
"cpu_time": 5.0000000000000000e+01,
"name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p50_median",
"run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p50",
"real_time": 4.0000000000000000e+04,
"cpu_time": 5.0000000000000000e+01,
"name": "chat/rpm:600/parallel:5/iterations:10/manual_time_cv",
"run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time",
"real_time": 5.0000000000000000e-01,
"cpu_time": 5.0000000000000001e-04,
"name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p50_cv",
"run_name": "chat/rpm:600/parallel:5/iterations:10/manual_time/p50",
"real_time": 4.0000000000000001e-02,
"cpu_time": 5.0000000000000001e-04,
)");
}

TEST(PercentileRowsTest, CsvLeavesTheCountersOfARowEmpty) {
  const std::string csv = written("csv", {"p99"}, {make_run()});
  EXPECT_EQ(csv,
            "name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,"
            "label,error_occurred,error_message,\"p50\",\"p99\",\"rpm\"\n"
            "\"chat/rpm:600/parallel:5/iterations:10/manual_time\",10,50000,50,us,,,,,,"
            "0.04,0.25,600\n"
            "\"chat/rpm:600/parallel:5/iterations:10/manual_time/p99\",10,250000,50,us,,,,,,"
            ",,\n");
}

TEST(PercentileRowsTest, ConsoleHasTheRowsToo) {
  const std::string text = written("console", {"p99"}, {make_run()});
  EXPECT_NE(text.find("manual_time/p99"), std::string::npos) << text;
  EXPECT_NE(text.find("250000 us         50.0 us           10\n"), std::string::npos) << text;
}

TEST(PercentileRowsTest, NoCountersNoRows) {
  const std::string rows = times_of(written("json", {}, {make_run()}));
  EXPECT_EQ(rows.find("/p"), rows.find("/parallel")) << rows;
}

TEST(PercentileRowsTest, ACounterThatARunLacksMakesNoRow) {
  EXPECT_EQ(written("json", {"ttft_p99"}, {make_run()}), written("json", {}, {make_run()}));
}

TEST(PercentileRowsTest, AFailedRunIsLeftOut) {
  auto failed = make_run();
  fail(failed);
  EXPECT_EQ(written("json", {"p50"}, {failed, make_run()}), written("json", {"p50"}, {make_run()}));
  EXPECT_EQ(written("json", {"p50"}, {failed}), "\n  ]\n}\n");
}

TEST(PercentileRowsTest, FailedRunsAreCounted) {
  std::ostringstream out;
  const auto file = make_file_reporter("json");
  PercentileRows rows(*file, {"p50"});
  rows.SetOutputStream(&out);
  rows.SetErrorStream(&out);
  rows.ReportContext(benchmark::BenchmarkReporter::Context());
  auto failed = make_run();
  fail(failed);
  rows.ReportRuns({make_run(), failed});
  EXPECT_EQ(rows.failed(), 1U);
}

TEST(PercentileRowsTest, ATimeOfZeroMakesNoRow) {
  auto run = make_run();
  run.counters["late_p50"] = 0;
  const std::string rows = written("json", {"late_p50"}, {run});
  EXPECT_EQ(rows.find("manual_time/late_p50"), std::string::npos) << rows;
}

TEST(PercentileRowsTest, TheThreadsOfANameStayBeforeTheCounter) {
  auto run = make_run();
  run.run_name.threads = "threads:2";
  EXPECT_NE(written("json", {"p50"}, {run}).find("manual_time/threads:2/p50\""), std::string::npos);
}

TEST(PercentileRowsTest, AContextWithoutRunsIsStillWhole) {
  std::ostringstream out;
  const auto file = make_file_reporter("json");
  PercentileRows rows(*file, {"p50"});
  rows.SetOutputStream(&out);
  rows.SetErrorStream(&out);
  benchmark::BenchmarkReporter::Context machine;
  machine.name_field_width = 10;  // Google Benchmark leaves it as it finds it.
  rows.ReportContext(machine);
  rows.Finalize();
  EXPECT_TRUE(out.str().starts_with("{\n  \"context\"")) << out.str();
  EXPECT_TRUE(out.str().ends_with("\"benchmarks\": [\n\n  ]\n}\n")) << out.str();
}

}  // namespace
}  // namespace paceline::gbench
