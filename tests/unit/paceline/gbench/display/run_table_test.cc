#include <gtest/gtest.h>
#include <paceline/gbench/display/run_table.h>

#include <string>

#include "shown_runs.h"

namespace paceline::gbench::display {
namespace {

std::string table(const std::vector<BenchmarkRun>& runs, std::size_t width) {
  return shown<RunTable>(runs, {.width = width, .has_colour = false});
}

std::vector<BenchmarkRun> two_runs(const benchmark::UserCounters& counters) {
  return {run_of("chat/complete", grid, "paced", counters),
          run_of("chat/complete", "rpm:0/parallel:1000", "client-bound", counters)};
}

TEST(RunTableTest, ResponsesOn80Columns) {
  EXPECT_EQ(table(two_runs(counters_of_responses()), 80), R"(
chat/complete
  parallel    asked    sent      p50      p90      p99  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms       0  paced
      1000  unpaced    5998  50.2 ms  52.1 ms  61.1 ms       0  client-bound
)");
}

TEST(RunTableTest, ResponsesOn100Columns) {
  EXPECT_EQ(table(two_runs(counters_of_responses()), 100), R"(
chat/complete
  parallel    asked    sent      p50      p90      p99      max  due p99  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms   123 ms       0  paced
      1000  unpaced    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms   123 ms       0  client-bound
)");
}

TEST(RunTableTest, ResponsesOn200Columns) {
  EXPECT_EQ(table(two_runs(counters_of_responses()), 200), R"(
chat/complete
  parallel    asked    sent      p50      p90      p99    p99.9      max  due p99  late p99  responses/s  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms  70.2 ms  93.1 ms   123 ms    200 us         98.4       0  paced
      1000  unpaced    5998  50.2 ms  52.1 ms  61.1 ms  70.2 ms  93.1 ms   123 ms    200 us         98.4       0  client-bound
)");
}

TEST(RunTableTest, StreamsOn80Columns) {
  EXPECT_EQ(table(two_runs(counters_of_streams()), 80), R"(
chat/complete
  parallel    asked    sent      p99  TTFT p50  tokens/s  errors  verdict
        10     6000    5998  61.1 ms   50.0 ms     12.3k       0  paced
      1000  unpaced    5998  61.1 ms   50.0 ms     12.3k       0  client-bound
)");
}

TEST(RunTableTest, StreamsOn100Columns) {
  EXPECT_EQ(table(two_runs(counters_of_streams()), 100), R"(
chat/complete
  parallel    asked    sent      p50      p99  TTFT p50  TTFT p99  tokens/s  errors  verdict
        10     6000    5998  50.2 ms  61.1 ms   50.0 ms   81.2 ms     12.3k       0  paced
      1000  unpaced    5998  50.2 ms  61.1 ms   50.0 ms   81.2 ms     12.3k       0  client-bound
)");
}

TEST(RunTableTest, StreamsOn200Columns) {
  EXPECT_EQ(table(two_runs(counters_of_streams()), 200), R"(
chat/complete
  parallel    asked    sent      p50      p99  TTFT p50  TTFT p99  ITL p50  ITL p99  TPOT p50  late p99  tokens/s  errors  verdict
        10     6000    5998  50.2 ms  61.1 ms   50.0 ms   81.2 ms  5.00 ms  9.30 ms   5.12 ms    200 us     12.3k       0  paced
      1000  unpaced    5998  50.2 ms  61.1 ms   50.0 ms   81.2 ms  5.00 ms  9.30 ms   5.12 ms    200 us     12.3k       0  client-bound
)");
}

TEST(RunTableTest, ANarrowTerminalKeepsTheColumnsThatTellMost) {
  EXPECT_EQ(table(two_runs(counters_of_responses()), 20), R"(
chat/complete
    asked      p50      p99  verdict
     6000  50.2 ms  61.1 ms  paced
  unpaced  50.2 ms  61.1 ms  client-bound
)");
}

TEST(RunTableTest, ASearchHasItsHighestRate) {
  benchmark::UserCounters counters = counters_of_responses();
  counters.insert({{"max_rpm", 12'400}, {"probes", 7}});
  EXPECT_EQ(table({run_of("chat/complete/find_max", "parallel:300", "12400 RPM", counters)}, 100),
            R"(
chat/complete/find_max
  parallel  max RPM    sent      p50      p90      p99      max  errors  probes
       300    12.4k    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms       0       7
)");
}

TEST(RunTableTest, ASearchAmongStreamsHasTheirFirstTokens) {
  benchmark::UserCounters counters = counters_of_streams();
  counters.insert({{"max_rpm", 12'400}, {"probes", 7}});
  EXPECT_EQ(table({run_of("chat/stream/find_max", "parallel:300", "12400 RPM", counters)}, 100),
            R"(
chat/stream/find_max
  parallel  max RPM    sent      p50      p90      p99      max  TTFT p99  errors  probes
       300    12.4k    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms   81.2 ms       0       7
)");
}

TEST(RunTableTest, AFailedRunSaysWhyInItsPlace) {
  const BenchmarkRun run = run_of("chat/complete", grid, "paced", counters_of_responses());
  EXPECT_EQ(table({run, failed(run, "HTTP 500 from localhost"), run}, 80), R"(
chat/complete
  parallel    asked    sent      p50      p90      p99  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms       0  paced
        10     6000  failed: HTTP 500 from localhost
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms       0  paced
)");
}

TEST(RunTableTest, TheFirstRunMayFail) {
  const BenchmarkRun run = run_of("chat/stream", grid, "paced", counters_of_streams());
  EXPECT_EQ(table({failed(run, "no response"), run}, 80), R"(
chat/stream
  parallel    asked    sent      p50      p90      p99  errors  verdict
        10     6000  failed: no response

chat/stream
  parallel    asked    sent      p99  TTFT p50  tokens/s  errors  verdict
        10     6000    5998  61.1 ms   50.0 ms     12.3k       0  paced
)");
}

TEST(RunTableTest, AggregatesHaveTheirNameInPlaceOfAVerdict) {
  const BenchmarkRun run = run_of("chat/complete", grid, "paced", counters_of_responses());
  BenchmarkRun variation = aggregate_of(run, "cv");
  for (auto& [name, counter] : variation.counters) counter.value = 0.0123;
  EXPECT_EQ(table({run, run, aggregate_of(run, "mean"), variation}, 100), R"(
chat/complete
  parallel    asked    sent      p50      p90      p99      max  due p99  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms   123 ms       0  paced
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms   123 ms       0  paced
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms  93.1 ms   123 ms       0  mean
        10     6000    1.2%     1.2%     1.2%     1.2%     1.2%     1.2%    1.2%  cv
)");
}

TEST(RunTableTest, ThreadsAndOwnArgumentsArePartOfTheName) {
  BenchmarkRun run =
      run_of("translate", "rpm:6000/lang:3/parallel:10/x", "paced", counters_of_responses());
  run.run_name.threads = "threads:2";
  EXPECT_EQ(table({run}, 80), R"(
translate lang:3 x threads:2
  parallel    asked    sent      p50      p90      p99  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms       0  paced
)");
}

TEST(RunTableTest, NamesAndNotesMayHaveWideCharacters) {
  EXPECT_EQ(
      table({run_of("翻訳/é", grid, "failing: 3; HTTP 400: 長すぎる", counters_of_responses())},
            80),
      R"(
翻訳/é
  parallel    asked    sent      p50      p90      p99  errors  verdict
        10     6000    5998  50.2 ms  52.1 ms  61.1 ms       0  failing: 3
    HTTP 400: 長すぎる
)");
}

TEST(RunTableTest, HugeNumbersStayInTheirColumns) {
  benchmark::UserCounters counters = counters_of_responses();
  counters["rpm"] = 123e9;
  counters["errors"] = 18e9;
  counters["p99"] = 86'400;
  EXPECT_EQ(
      table({run_of("chat/complete", "rpm:99999999999/parallel:1000000", "failing", counters)}, 80),
      R"(
chat/complete
  parallel    asked    sent      p50      p90      p99  errors  verdict
     1.00M   100.0G  123.0G  50.2 ms  52.1 ms  86400 s   18.0G  failing
)");
}

TEST(RunTableTest, OtherBenchmarksAreShownAsGoogleBenchmarkDoes) {
  const BenchmarkRun run = run_of("chat/complete", grid, "paced", counters_of_responses());
  BenchmarkRun other = run_of("parse", "", "", {});
  const std::string google = R"(
-----------------------------------------------------
Benchmark           Time             CPU   Iterations
-----------------------------------------------------
parse        51000000 ns        42000 ns          100
)";
  const std::string measured = table({run}, 80);
  // Each part begins with an empty line and the titles of its columns.
  EXPECT_EQ(table({run, other, run, other}, 80), measured + google + measured + google);
  const std::string together = google + google.substr(google.find("parse"));
  EXPECT_EQ(table({run, other, other}, 80), measured + together);
}

TEST(RunTableTest, ColoursTellTheVerdictAndErrors) {
  benchmark::UserCounters failing = counters_of_responses();
  failing["errors"] = 3;
  const Style style{.width = 20, .has_colour = true};
  const std::string good =
      shown<RunTable>({run_of("chat", grid, "paced", counters_of_responses())}, style);
  EXPECT_NE(good.find("\n\x1b[1mchat\x1b[0m\n"), std::string::npos);
  EXPECT_NE(good.find("\x1b[32m  paced\x1b[0m\n"), std::string::npos);
  const std::string bad = shown<RunTable>({run_of("chat", grid, "failing", failing)},
                                          {.width = 100, .has_colour = true});
  EXPECT_NE(bad.find("\x1b[31m       3\x1b[0m\x1b[31m  failing\x1b[0m\n"), std::string::npos);
  const std::string slow =
      shown<RunTable>({run_of("chat", grid, "client-bound", counters_of_responses())}, style);
  EXPECT_NE(slow.find("\x1b[33m  client-bound\x1b[0m\n"), std::string::npos);
}

}  // namespace
}  // namespace paceline::gbench::display
