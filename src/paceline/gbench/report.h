#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include <paceline/gbench/context.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {

/// Why a run without a single good response has nothing to show.
Error why_nothing(const Tally& tally);

/// Turns a whole run's tally into Google Benchmark's time, counters and label. Gives the context
/// the run's verdict, and prints what went wrong. `name`: of the workload.
void report(benchmark::State& state, Context& context, const std::string& name,
            const stats::RunTally& tally);

}  // namespace paceline::gbench
