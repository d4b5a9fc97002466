#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>

#include <paceline/gbench/context.h>
#include <paceline/gbench/objective.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// A search for the highest rate that meets an objective.
struct FindMax {
  RunObjective objective;
  /// Requests per minute of the first probe, and the highest rate to probe. If the first rate
  /// misses the objective, lower rates are probed, down to 60.
  std::uint64_t start_rpm = 60;
  std::uint64_t highest_rpm = 60'000'000;
  /// Counted requests per probe; 0: the requests of ten seconds, or of five times the longest time
  /// in the objective if that is longer, and at least 100.
  std::uint64_t requests = 0;
};

/// Searches as one Google Benchmark run. range(0) is the parallel. Each probe is a run with the
/// warm-up of the context's settings, or else 5% of the probe's requests. `real_time` becomes the
/// interval between requests at the rate found, so that compare.py compares limits. The counters
/// are `max_rpm`, `probes` and the counters of the best probe. Every probe becomes a row of the
/// file, named WORKLOAD/probe/rpm:…/parallel:…, whose label says whether the probe met the
/// objective. Register under `benchmark`, with Iterations(1) and UseManualTime(). With Threads(n),
/// each thread has a workload of its own, and the threads share every probe.
void find_max(benchmark::State& state, Context& context, const std::string& benchmark,
              Workload& workload, const FindMax& search);

}  // namespace paceline::gbench
