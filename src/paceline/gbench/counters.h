#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <paceline/tally.h>

namespace paceline {

/// Sets the counters of a run's tally. docs/metrics.md defines each counter. Times are in seconds.
void set_counters(benchmark::UserCounters& counters, const Tally& tally);

/// The counter of that name, where it is a time that was recorded in the run.
std::optional<std::chrono::nanoseconds> time_counter(const std::string& name, const Tally& tally);

/// All that a row can have: those of set_counters(), and a search's.
std::vector<std::string> all_counters();
/// The counters that are times, which can become rows.
std::vector<std::string> time_counters();
/// Those that become rows unless the user chooses.
std::vector<std::string> default_rows();

}  // namespace paceline
