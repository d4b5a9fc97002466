#include <gtest/gtest.h>
#include <paceline/gbench/display/run_blocks.h>

#include <string>

#include "shown_runs.h"

namespace paceline::gbench::display {
namespace {

std::string blocks(const std::vector<BenchmarkRun>& runs, std::size_t width) {
  return shown<RunBlocks>(runs, {.width = width, .has_colour = false});
}

BenchmarkRun stream() {
  benchmark::UserCounters counters = counters_of_streams();
  counters.insert({{"tokens_per_request", 64},
                   {"tokens_in", 1234.5},
                   {"peak_rps", 101},
                   {"in_flight", 9},
                   {"connections", 12},
                   {"connect_requests", 3},
                   {"connect_p50", 0.0012},
                   {"connect_p99", 0.004},
                   {"finish_length", 0.25},
                   {"finish_other", 0},
                   {"http_429", 3},
                   {"status_429", 3},
                   {"status_200", 97},
                   {"requests@model=a", 60},
                   {"p50@model=a", 0.049},
                   {"error_ratio@model=a", 0.05}});
  counters["errors"] = 3;
  return run_of("chat/stream", grid, "rate-limited; HTTP 429 for 3 requests", counters);
}

TEST(RunBlocksTest, AStreamOn80Columns) {
  EXPECT_EQ(blocks({stream()}, 80), R"(
chat/stream, 6000 RPM, parallel 10
  rate-limited; HTTP 429 for 3 requests
                               mean stddev    p50    p90    p99  p99.9    max
  latency, ms                  51.0   2.10   50.2   52.1   61.1   70.2   93.1
  latency from due time, ms                  51.0           123
  lateness of sends, us                      18.0           200
  opening connections, ms                    1.20          4.00
  TTFT, ms                                   50.0          81.2
  ITL, ms                                    5.00          9.30
  TPOT, ms                                   5.12
  rate      5998 RPM sent, 98.4 responses/s, at most 101 in one second,
            at most 9 in flight
  opened    12 connections, 3 requests waited for one
  tokens    12.3k output tokens/s, 64 per request, 1234 input tokens/s
  ends      25.0% at the length
  errors    3, 429: 3
  CPU       42.0 us per request
  statuses  200: 97, 429: 3
  part      model=a: 60 requests, 5.0% failed, p50 49.0 ms
)");
}

TEST(RunBlocksTest, AStreamOn100Columns) {
  EXPECT_EQ(blocks({stream()}, 100), R"(
chat/stream, 6000 RPM, parallel 10
  rate-limited; HTTP 429 for 3 requests
                                 mean   stddev      p50      p90      p99    p99.9      max
  latency, ms                    51.0     2.10     50.2     52.1     61.1     70.2     93.1
  latency from due time, ms                        51.0               123
  lateness of sends, us                            18.0               200
  opening connections, ms                          1.20              4.00
  TTFT, ms                                         50.0              81.2
  ITL, ms                                          5.00              9.30
  TPOT, ms                                         5.12
  rate      5998 RPM sent, 98.4 responses/s, at most 101 in one second, at most 9 in flight
  opened    12 connections, 3 requests waited for one
  tokens    12.3k output tokens/s, 64 per request, 1234 input tokens/s
  ends      25.0% at the length
  errors    3, 429: 3
  CPU       42.0 us per request
  statuses  200: 97, 429: 3
  part      model=a: 60 requests, 5.0% failed, p50 49.0 ms
)");
}

TEST(RunBlocksTest, AWiderTerminalChangesNothing) {
  EXPECT_EQ(blocks({stream()}, 200), blocks({stream()}, 100));
}

TEST(RunBlocksTest, AggregatesOfTheSpreadHaveMetricsOnly) {
  const BenchmarkRun run =
      run_of("chat/complete", "rpm:0/parallel:10", "paced", counters_of_responses());
  BenchmarkRun variation = aggregate_of(run, "cv");
  for (auto& [name, counter] : variation.counters) counter.value = 0.0123;
  EXPECT_EQ(blocks({aggregate_of(run, "mean"), aggregate_of(run, "stddev"), variation}, 80),
            R"(
chat/complete, unpaced, parallel 10: mean of the repetitions
                               mean stddev    p50    p90    p99  p99.9    max
  latency, ms                  51.0   2.10   50.2   52.1   61.1   70.2   93.1
  latency from due time, ms                  51.0           123
  lateness of sends, us                      18.0           200
  rate      5998 RPM sent, 98.4 responses/s
  errors    0
  CPU       42.0 us per request

chat/complete, unpaced, parallel 10: stddev of the repetitions
                               mean stddev    p50    p90    p99  p99.9    max
  latency, ms                  51.0   2.10   50.2   52.1   61.1   70.2   93.1
  latency from due time, ms                  51.0           123
  lateness of sends, us                      18.0           200

chat/complete, unpaced, parallel 10: cv of the repetitions
                               mean stddev    p50    p90    p99  p99.9    max
  latency, %                   1.23   1.23   1.23   1.23   1.23   1.23   1.23
  latency from due time, %                   1.23          1.23
  lateness of sends, %                       1.23          1.23
)");
}

TEST(RunBlocksTest, AFailedRunSaysWhy) {
  const BenchmarkRun run = run_of("chat/complete", grid, "paced", counters_of_responses());
  EXPECT_EQ(blocks({failed(run, "HTTP 500 from localhost")}, 80), R"(
chat/complete, 6000 RPM, parallel 10
  failed: HTTP 500 from localhost
)");
}

TEST(RunBlocksTest, ASearchHasItsHighestRateFirst) {
  benchmark::UserCounters counters{
      {"late_p50", 18e-6}, {"p99", 1.999}, {"max_rpm", 12'400}, {"probes", 7}};
  EXPECT_EQ(blocks({run_of("chat/complete/find_max", "parallel:300", "12400 RPM", counters)}, 80),
            R"(
chat/complete/find_max, parallel 300
  12400 RPM
                               mean stddev    p50    p90    p99  p99.9    max
  latency, s                                               2.00
  lateness of sends, us                      18.0
  search    highest rate 12.4k RPM, 7 probes
)");
}

TEST(RunBlocksTest, ColoursTellTheVerdict) {
  const std::string text =
      shown<RunBlocks>({run_of("chat", grid, "failing", counters_of_responses())},
                       {.width = 80, .has_colour = true});
  EXPECT_NE(text.find("\n\x1b[1mchat, 6000 RPM, parallel 10\x1b[0m\n"), std::string::npos);
  EXPECT_NE(text.find("\n  \x1b[31mfailing\x1b[0m\n"), std::string::npos);
}

}  // namespace
}  // namespace paceline::gbench::display
