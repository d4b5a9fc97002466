#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include <paceline/gbench/context.h>
#include <paceline/stats/run_tally.h>

namespace paceline {

/// Turns a whole run's tally into Google Benchmark's time, counters and label. Gives the context
/// the run's verdict, and prints what went wrong. `name`: of the workload.
void report(benchmark::State& state, Context& context, const std::string& name,
            const RunTally& tally);

}  // namespace paceline
