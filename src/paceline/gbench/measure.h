#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/run_group.h>
#include <paceline/http/rate_limits.h>
#include <paceline/log/log_records.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text/result.h>
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

/// Checks whether a run can have that many requests in flight and that many threads.
Result<void> check_run(const Context& context, std::size_t parallel, std::size_t threads);

/// Sets the run's salt, its number in the log and its display, which shows the run as `name`. If
/// the log cannot take the run, sets `error` and stops the program's work. The display can change
/// the rate if the plan has `rate_changes`.
GroupRun begin_run(Context& context, const Workload& workload, const run::RunPlan& plan,
                   const std::string& name);

/// Runs `workload` as one Google Benchmark run. range(0) is the rpm (0: unpaced), range(1) is the
/// parallel, and the iterations are the requests. `real_time` becomes the mean latency, and
/// `cpu_time` this thread's CPU time per request. Register with Iterations(N) and UseManualTime().
/// With Threads(n), the threads send n x N requests of one schedule. Thread i sends slots i, i + n,
/// and so on, with a workload of its own. All threads together have `parallel` requests in flight.
///
/// `items`: the workload's items to send, as many as iterations; empty: from 0 on.
/// docs/metrics.md defines each counter.
void measure(benchmark::State& state, Context& context, Workload& workload,
             std::span<const std::uint64_t> items = {});

/// The result of a first request that succeeded.
struct CheckedApi {
  /// The account's rate limits, if the server reports them.
  http::RateLimits limits;
  /// The outcomes that the workload was adapted to (Workload::adapt).
  std::vector<Outcome> adapted_to;
};

/// Sends one request of each part of `workload`, adapts the part to the response, and prints each
/// change. The limits are of the first part.
Result<CheckedApi> check_api(Context& context, Workload& workload);

}  // namespace paceline::gbench
