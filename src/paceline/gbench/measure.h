#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>

#include <paceline/gbench/context.h>
#include <paceline/http/rate_limits.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// Runs `workload` as one Google Benchmark run. range(0) is the rpm (0: unpaced), range(1) is the
/// parallel, and the iterations are the requests. `real_time` becomes the mean latency, and
/// `cpu_time` this thread's CPU time per request. Register with Iterations(N) and UseManualTime().
/// With Threads(n), the threads send n x N requests of one schedule. Thread i sends slots i, i + n,
/// and so on, with a workload of its own. All threads together have `parallel` requests in flight.
///
/// `items`: the workload's items to send, as many as iterations; empty: from 0 on.
/// docs/metrics.md defines each counter.
void measure(benchmark::State& state, Context& context, Workload& workload,
             std::span<const std::uint64_t> items = {});

/// Sends one request of `workload`. Returns the account's rate limits, where the server tells them.
Result<http::RateLimits> check_api(Context& context, Workload& workload);

}  // namespace paceline::gbench
