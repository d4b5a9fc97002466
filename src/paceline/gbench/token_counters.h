#pragma once

#include <benchmark/benchmark.h>

#include <paceline/tally.h>

namespace paceline::gbench {

/// Sets the counters of numbers of tokens. docs/metrics.md defines them.
void set_token_counters(benchmark::UserCounters& counters, const Tally& tally);

/// Sets the counters of why responses ended, of tool calls and of formats.
void set_finish_counters(benchmark::UserCounters& counters, const TokenTally& tokens);

}  // namespace paceline::gbench
