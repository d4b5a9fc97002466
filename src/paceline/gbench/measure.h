#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>
#include <string>

#include <paceline/gbench/context.h>
#include <paceline/http/limits.h>
#include <paceline/workload.h>

namespace paceline {

/// Runs `workload` as one Google Benchmark run: range(0) is the rpm (0: unpaced), range(1) the
/// parallel, the iterations the requests. `real_time` becomes the mean latency, `cpu_time` this
/// thread's CPU a request. Register with Iterations(N) and UseManualTime(). With Threads(n) the
/// threads send n x N requests of one schedule, thread i slots i, i + n, …, each with a workload of
/// its own; parallel is of all together.
///
/// `items`: those of the workload to send, as many as iterations; empty: from 0 on.
/// docs/metrics.md defines each counter.
void measure(benchmark::State& state, Context& context, Workload& workload,
             std::span<const std::uint64_t> items = {});

/// What a first request showed.
struct ApiCheck {
  /// Empty when the API answered well, otherwise a sentence.
  std::string failure;
  /// What the account may send, where the server tells.
  RateLimits limits;
};

/// Sends one request of `workload`.
ApiCheck check_api(Context& context, Workload& workload);

}  // namespace paceline
