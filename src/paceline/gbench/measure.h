#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include <paceline/workload/workload.h>

namespace paceline {

/// Runs `workload` as one Google Benchmark run: range(0) is the rpm (0: unpaced), range(1) the
/// parallel, the iterations the requests. `real_time` becomes the mean latency, `cpu_time` this
/// thread's CPU a request. Register with Iterations(N) and UseManualTime(). With Threads(n) the
/// threads send n x N requests of one schedule, thread i slots i, i + n, …, each with a workload of
/// its own; parallel is of all together.
///
/// Counters, in seconds where they are times: p50 p90 p99 p99.9 max (send to last byte), due_p50
/// due_p99 (from the due time), late_p50 late_p99 late_max (send after due), rpm, rps, in_flight,
/// errors, and tokens_out (a second) where replies tell their usage.
void measure(benchmark::State& state, Workload& workload);

/// Sends one request of `workload`; empty when the API answered well, otherwise a sentence.
std::string check(Workload& workload);

}  // namespace paceline
