#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <paceline/gbench/checked_api.h>
#include <paceline/gbench/context.h>
#include <paceline/log/log_records.h>
#include <paceline/pace/pacer.h>
#include <paceline/run/group.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// The name of a run for people, such as "chat/complete rpm:6000 parallel:10 threads:2".
std::string run_text(const std::string& name, const run::RunPlan& plan);

/// The name of the benchmark that makes a workload's runs, such as "chat/complete/stages".
/// `stages`, `replay` and `users`: as in run::RunPlan.
std::string benchmark_name(const std::string& workload, const std::vector<Stage>& stages,
                           const std::optional<run::Replay>& replay, std::uint64_t users);

/// The threads in such a name, such as " threads:2"; empty for one thread.
std::string threads_text(std::uint64_t threads);

/// Checks whether a run with the plan's parallel and stripes is possible.
Result<void> check_run(const Context& context, const run::RunPlan& plan);

/// Sets the plan's number in the log and its display, which shows the run as `name`. If the log
/// cannot take the run, sets `error` and stops the program's work. The display can change the rate
/// if the plan has `rate_changes`. Precondition: the plan has its salt.
run::GroupRun begin_run(Context& context, const Workload& workload, run::RunPlan plan,
                        const std::string& name);

/// A thread's part of a run that the context's group has made.
struct MadeRun {
  run::GroupRun run;
  /// The tally of all threads and processes, for the leader only.
  std::optional<stats::RunTally> whole;
};

/// Makes a run together with the other threads and processes of the context's group. The leader
/// calls `lead`. `plan`: this thread's part; the leader's run sets the rate, parallel, requests,
/// warm-up and salt. Called on each thread of the group, with a workload of its own.
MadeRun make_run(Context& context, Workload& workload, const run::RunPlan& plan,
                 const std::function<run::GroupRun()>& lead);

/// The part of a benchmark's thread in the program's runs.
pace::Stripe stripe_of(const benchmark::State& state, const Context& context);

/// The counted requests of a run.
struct CountedRequests {
  /// Of all threads together; at least one for each.
  std::uint64_t number = 1;
  /// The workload's items to send, as many as `number`; empty: from 0 on.
  std::span<const std::uint64_t> items{};
  /// As in RunOptions, which make as many requests. range(0) is then their mean rate.
  std::vector<Stage> stages{};
  /// As in RunPlan.
  std::optional<run::Replay> replay{};
  /// As in RunOptions.
  std::uint64_t users = 0;
  /// As in RunPlan.
  std::shared_ptr<const std::vector<log::LoggedResponse>> earlier_turns{};
};

/// Runs `workload` as one Google Benchmark run. range(0) is the rpm (0: unpaced), and range(1) is
/// the parallel. `real_time` becomes the mean latency, and `cpu_time` the threads' CPU time per
/// request. Register with UseManualTime() and with Iterations(N), where N is the number of requests
/// for each thread, rounded down. With Threads(n), thread i sends slots i, i + n, and so on, with a
/// workload of its own. All threads and processes together have `parallel` requests in flight, and
/// the row's iterations are the number of requests.
///
/// docs/metrics.md defines each counter.
void measure(benchmark::State& state, Context& context, Workload& workload,
             const CountedRequests& counted);

/// Sends one request of each part of `workload`, adapts the part to the response, and prints each
/// change. The limits are of the first part. Of several processes, the leader sends, and the others
/// adapt their workloads in the same way.
Result<CheckedApi> check_api(Context& context, Workload& workload);

}  // namespace paceline::gbench
