#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <paceline/stats/turns.h>

namespace paceline::gbench {

/// Sets the counters of each turn of the run's sessions, such as turn2_ttft_p50. docs/metrics.md
/// defines them. Times are in seconds.
void set_turn_counters(benchmark::UserCounters& counters, const stats::Turns& turns);

/// The times of turns that can become rows, such as turn_ttft_p50 for the counters turn1_ttft_p50,
/// turn2_ttft_p50, and so on.
std::vector<std::string> turn_times();
/// The counters that become rows: `names` with the counters of every turn in place of turn_times().
std::vector<std::string> with_each_turn(const std::vector<std::string>& names);

}  // namespace paceline::gbench
