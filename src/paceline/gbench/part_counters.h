#pragma once

#include <benchmark/benchmark.h>

#include <memory>

#include <paceline/stats/parts.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/gate.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// The counters that --paceline_by asks for beside the totals.
struct PartCounters {
  /// For each model.
  bool model = false;
  /// For each URL.
  bool url = false;
  /// Requests of each HTTP status.
  bool status = false;
};

/// The groups of a workload's requests; nullptr if no counters are asked for. URLs are named by
/// their hosts, or without scheme and query if two have the same host. `embedded_url`: as for
/// logged_job().
std::shared_ptr<const stats::Groups> make_groups(const PartCounters& asked,
                                                 const Description& workload,
                                                 const std::string& embedded_url,
                                                 const text::Gate& gate);

/// Sets the counters of each group, such as p99@model=gpt-4o, and of each status, such as
/// status_200. docs/metrics.md defines them. Times are in seconds.
void set_part_counters(benchmark::UserCounters& counters, const stats::RunTally& tally);

}  // namespace paceline::gbench
