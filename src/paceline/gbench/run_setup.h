#pragma once

#include <cstddef>
#include <string>

#include <paceline/gbench/context.h>
#include <paceline/gbench/run_group.h>
#include <paceline/log/log_records.h>
#include <paceline/run/run_stripe.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// The embedded endpoint's host in a log. Its port differs in each program.
inline constexpr char embedded_host[] = "embedded endpoint";

/// The job that a log keeps of a workload, so that a later program can tell whether its own job is
/// the same. `api_url`: where workloads without a URL of their own send. `embedded_url`: base URL
/// of the embedded endpoint; empty where none runs.
log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url);

/// Whether that many threads can make a run with so many requests in flight.
Result<void> check_run(const Context& context, std::size_t parallel, std::size_t threads);

/// Gives the run its salt, its place in the log and its display, which shows the run as `name`. If
/// the log cannot take the run, `error` is set, and the program's work has ended.
GroupRun begin_run(Context& context, const Workload& workload, const run::RunPlan& plan,
                   const std::string& name);

}  // namespace paceline::gbench
