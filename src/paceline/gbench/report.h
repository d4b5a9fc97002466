#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/salvage.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>
#include <paceline/tally.h>
#include <paceline/text/result.h>

namespace paceline::gbench {

/// Sets the counters from a run's tally. docs/metrics.md defines each counter. Times are in
/// seconds.
void set_counters(benchmark::UserCounters& counters, const stats::RunTally& tally);

/// The value of a time counter; nothing if the run recorded no such time.
std::optional<std::chrono::nanoseconds> time_counter(const std::string& name, const Tally& tally);

/// Every counter that a row can have: those of set_counters() and those of a search.
std::vector<std::string> all_counters();
/// The counters that are times, but for those of turns. Each of them can become a row.
std::vector<std::string> time_counters();
/// The names that can be asked for as rows: time_counters() and turn_times().
std::vector<std::string> possible_rows();
/// The names that become rows by default.
std::vector<std::string> default_rows();

/// The counters of why responses ended. set_counters() sets all of them or none.
std::vector<std::string> finish_counters();
/// The counters that are means and standard deviations of times.
std::vector<std::string> spread_counters();

/// A row beside that of a benchmark, without a label. `plan`: has the rate, parallel, threads and
/// requests of the row.
AddedRow added_row(std::string name, const run::RunPlan& plan, const stats::RunTally& tally);

/// Why a run has no good response.
Error why_nothing(const Tally& tally);

/// The CPU time of a request in seconds, over all threads and processes.
double cpu_time_of(const Tally& tally);

/// By how much Google Benchmark divides a manual time besides the iterations of all threads:
/// version 1.7.1, but not 1.9.1, divides by the threads.
double time_divisor(const benchmark::State& state);

/// Turns a whole run's tally into Google Benchmark's counters and label. Adds the run's verdict to
/// the context, and prints warnings. `name`: the workload's name. Returns the time of Google
/// Benchmark's iterations, in seconds, or why the run has no result.
Result<double> report(benchmark::State& state, Context& context, const run::RunPlan& plan,
                      const std::string& name, const stats::RunTally& tally);

/// Reports a run that was put together from logs, in place of a benchmark that makes the run.
/// `name`: as for report().
void report_salvaged(benchmark::State& state, Context& context, const std::string& name,
                     const run::SalvagedRun& run);

/// The result that rank 0 passes to this function. All processes get the same, so that Google
/// Benchmark makes the same decisions in each.
Result<double> shared_time(Context& context, const Result<double>& time);

}  // namespace paceline::gbench
