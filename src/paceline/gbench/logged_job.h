#pragma once

#include <string>
#include <vector>

#include <paceline/log/log_records.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// The embedded endpoint's host in results and logs. Its port differs in each program.
inline constexpr char embedded_host[] = "embedded endpoint";

/// The parts of a workload; one if it is no mix.
std::vector<Part> parts_of(const Description& description);

/// A part as a log stores it: the URL without the user and with a hashed query.
log::LoggedPart logged_part(const Part& part, const std::string& embedded_url);

/// The host of a URL, or `embedded_host` if the URL is the embedded endpoint's. `embedded_url`:
/// base URL of the embedded endpoint; empty: none runs.
std::string shown_host(const std::string& url, const std::string& embedded_url);

/// The hosts that a workload sends to, each once. `embedded_url`: as for shown_host().
std::vector<std::string> hosts_of(Workload& workload, const std::string& embedded_url);

/// The job of a workload as a log stores it, so that a later program can compare its own job.
/// `api_url`: the API of workloads without a URL of their own. `embedded_url`: as for shown_host().
log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url);

}  // namespace paceline::gbench
