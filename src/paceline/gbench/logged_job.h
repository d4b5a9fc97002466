#pragma once

#include <paceline/log/logged_run.h>
#include <paceline/workload.h>

#include <string>

namespace paceline {

/// How a log names the embedded endpoint, whose port is another in each program.
inline constexpr char embedded_host[] = "embedded endpoint";

/// What a log keeps of a workload, so that a later program can tell whether it asks for the same.
/// `embedded_url`: the base URL of the embedded endpoint; empty where there is none. `api_url`:
/// where workloads without a URL of their own send.
LoggedRun logged_job(const Description& description, const std::string& api_url,
                     const std::string& embedded_url);

}  // namespace paceline
