#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>

#include <paceline/gbench/context.h>
#include <paceline/gbench/objective.h>
#include <paceline/workload.h>

namespace paceline {

/// A search for the highest rate that meets an objective.
struct FindMax {
  RunObjective objective;
  /// Requests per minute: where to begin, and the highest to try. Where the first is too high,
  /// lower ones are tried down to 60, since lower ones take long.
  std::uint64_t start_rpm = 60;
  std::uint64_t highest_rpm = 60'000'000;
  /// Counted requests of each probe; 0: those of ten seconds, or of five times the longest time in
  /// the objective where that is more, and at least 100.
  std::uint64_t requests = 0;
};

/// Searches as one Google Benchmark run: range(0) is the parallel, and each probe a run with
/// warm-up (--paceline_warmup, or 5% of its requests). `real_time` becomes the time from one
/// request to the next at the rate found, so that compare.py compares limits; the counters are
/// `max_rpm`, `probes` and those of the best probe. Every probe is a row of the file, named
/// WORKLOAD/probe/rpm:…/parallel:…, whose label says whether it met the objective. Register under
/// `benchmark`, with Iterations(1) and UseManualTime().
void find_max(benchmark::State& state, Context& context, const std::string& benchmark,
              Workload& workload, const FindMax& search);

}  // namespace paceline
