#pragma once

#include <paceline/log/log_records.h>
#include <paceline/workload.h>

#include <string>

namespace paceline::gbench {

/// The embedded endpoint's host in a log. Its port differs in each program.
inline constexpr char embedded_host[] = "embedded endpoint";

/// The job that a log keeps of a workload, so that a later program can tell whether its own job is
/// the same. `api_url`: where workloads without a URL of their own send. `embedded_url`: base URL
/// of the embedded endpoint; empty where none runs.
log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url);

}  // namespace paceline::gbench
