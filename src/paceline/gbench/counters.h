#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <paceline/stats/tally.h>

namespace paceline {

/// Sets all that a run's tally says; README.md tells each counter's meaning. Times are in seconds.
void set_counters(benchmark::UserCounters& counters, const Tally& tally);

/// The counters that are times, which can become rows.
std::vector<std::string> time_counters();
/// Those that become rows unless the user chooses.
std::vector<std::string> default_rows();

}  // namespace paceline
