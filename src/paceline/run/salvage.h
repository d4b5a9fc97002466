#pragma once

#include <vector>

#include <paceline/log/merged_log.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/result.h>

namespace paceline::run {

/// A run that was put together from logs.
struct SalvagedRun {
  /// The whole run's rate, parallel, requests, warm-up and arrivals.
  RunPlan plan{};
  stats::RunTally tally{};
};

/// Puts a run together from the latest tally of each of its threads, for a program that was killed
/// before its result was written. Requests that had not ended count as cut off, and those of
/// threads without a tally as lost. Error: log_unreadable, if the tallies are damaged or come from
/// another version, or if the log's numbers contradict each other.
Result<SalvagedRun> salvage(const log::LoggedRun& run, const std::vector<log::RankTally>& tallies);

}  // namespace paceline::run
