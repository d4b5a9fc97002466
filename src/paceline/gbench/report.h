#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include <paceline/stats/tally.h>

namespace paceline {

/// Turns what a whole run counted into Google Benchmark's time, counters and label, and tells the
/// session what a person has to know: its verdict, and what went wrong. `name`: of the workload.
void report(benchmark::State& state, const std::string& name, const Tally& tally);

}  // namespace paceline
