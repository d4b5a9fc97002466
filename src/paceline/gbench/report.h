#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include <paceline/gbench/context.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {

/// Why a run has no good response.
Error why_nothing(const Tally& tally);

/// Turns a whole run's tally into Google Benchmark's time, counters and label. Adds the run's
/// verdict to the context, and prints warnings. `name`: the workload's name.
void report(benchmark::State& state, Context& context, const std::string& name,
            const stats::RunTally& tally);

}  // namespace paceline::gbench
