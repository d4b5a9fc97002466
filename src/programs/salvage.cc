#include <programs/salvage.h>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/report.h>
#include <paceline/run/salvage.h>
#include <paceline/text/console.h>
#include <programs/benchmark_run.h>
#include <programs/grid.h>

namespace paceline::programs {
namespace {

/// A run of the log, as its program would have reported it.
struct ReportedRun {
  log::ListedRun listed;
  run::SalvagedRun salvaged;
};

/// A benchmark for each run, which reports the run's tally.
class SalvagedRuns : public Suite {
 public:
  explicit SalvagedRuns(const std::vector<ReportedRun>& runs) : runs_(runs) {}
  bool needs_api() const override { return false; }
  std::optional<Error> register_benchmarks() override {
    for (const ReportedRun& run : runs_) add(run);
    return std::nullopt;
  }

 private:
  static void add(const ReportedRun& run) {
    const log::LoggedRun& about = run.listed.about;
    const run::RunPlan& plan = run.salvaged.plan;
    const std::string name =
        gbench::benchmark_name(about.name, plan.stages, plan.replay, plan.users);
    auto* added = benchmark::RegisterBenchmark(name.c_str(), [&run](benchmark::State& state) {
      gbench::report_salvaged(state, *gbench::Context::current(), run.listed.about.name,
                              run.salvaged);
    });
    const auto threads = static_cast<std::int64_t>(about.threads);
    added->ArgNames({"rpm", "parallel"})
        ->Args({static_cast<std::int64_t>(about.rpm), static_cast<std::int64_t>(about.parallel)})
        ->Iterations(std::max<std::int64_t>(static_cast<std::int64_t>(about.requests) / threads, 1))
        ->Unit(benchmark::kMicrosecond)
        ->UseManualTime();
    if (threads > 1) added->Threads(static_cast<int>(threads));
  }

  const std::vector<ReportedRun>& runs_;
};

tl::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::invalid_value, std::move(why));
}

/// The runs to salvage. Says whether there are others.
Result<std::vector<log::ListedRun>> choose(const log::ListedRuns& runs,
                                           std::optional<std::int64_t> asked) {
  if (runs.empty()) return refuse("the log has no runs");
  std::vector<log::ListedRun> chosen;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(chosen),
               [&](const log::ListedRun& run) {
                 return asked ? run.run == *asked : run.about.context == runs.back().about.context;
               });
  if (chosen.empty()) return refuse(fmt::format("the log has no run {}", *asked));
  if (chosen.size() < runs.size() && !asked) {
    text::say_lines(
        fmt::format("{} of {} runs were made by the last program; name another run with --run",
                    chosen.size(), runs.size()));
  }
  return chosen;
}

/// Says how many requests have ended after the latest tallies.
void say_missed(const ReportedRun& run) {
  const stats::RunTally& tally = run.salvaged.tally;
  const std::uint64_t counted = tally.succeeded + tally.failed + tally.cancelled;
  if (run.listed.logged <= counted) return;
  text::say_lines(
      fmt::format("run {}: {} requests have ended after the latest tally; only the log has them",
                  run.listed.run, run.listed.logged - counted));
}

Result<std::vector<ReportedRun>> read(log::MergedLog& log,
                                      const std::vector<log::ListedRun>& chosen) {
  std::vector<ReportedRun> read;
  for (const log::ListedRun& run : chosen) {
    const auto tallies = log.tallies(run);
    if (!tallies) return tl::unexpected(tallies.error());
    // Google Benchmark makes as many threads.
    if (run.about.threads > most_threads) {
      return refuse(fmt::format("run {} has {} threads, more than a program can have", run.run,
                                run.about.threads));
    }
    if (tallies->empty()) {
      text::say_lines(fmt::format(
          "run {} has no tally: it ended within its first second, or an older paceline made it",
          run.run));
      continue;
    }
    auto salvaged = run::salvage(run.about, *tallies);
    if (!salvaged) {
      Error error = salvaged.error();
      error.message = fmt::format("run {}: {}", run.run, error.message);
      return tl::unexpected(std::move(error));
    }
    read.push_back({run, std::move(*salvaged)});
    say_missed(read.back());
  }
  if (read.empty()) return refuse("no run can be salvaged");
  return read;
}

/// Adds the facts about the program that made the run.
void add_facts(gbench::Context& context, const log::ListedRun& run, const std::string& log_names) {
  const auto stored = nlohmann::json::parse(run.about.context, nullptr, false);
  if (stored.is_object()) {
    for (const auto& [name, value] : stored.items()) {
      if (!value.is_string()) continue;
      context.facts().add(context.gate().shown(name),
                          context.gate().shown(value.get<std::string>(), 4'000));
    }
  }
  context.facts().add(
      "salvaged", context.gate().shown(fmt::format("{}; started {}", log_names, run.started_utc)));
}

}  // namespace

Result<std::vector<std::int64_t>> salvage(log::MergedLog& log, const std::string& log_names,
                                          const std::string& out, std::optional<std::int64_t> run) {
  const auto chosen = choose(log.runs(), run);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto runs = read(log, *chosen);
  if (!runs) return tl::unexpected(runs.error());
  gbench::ContextSettings settings;
  // The limit of the program that made the runs is unknown.
  settings.max_error_ratio = 1;
  gbench::Context context(std::move(settings));
  add_facts(context, runs->front().listed, log_names);
  SalvagedRuns suite(*runs);
  suite.register_benchmarks();
  BenchmarkCommand command;
  command.program = "paceline_log";
  command.rows = gbench::default_rows();
  if (!out.empty()) command.arguments = {"--benchmark_out=" + out};
  if (auto done = run_benchmarks(command, suite, context); !done) {
    return tl::unexpected(std::move(done.error()));
  }
  std::vector<std::int64_t> salvaged;
  for (const ReportedRun& each : *runs) salvaged.push_back(each.listed.run);
  return salvaged;
}

}  // namespace paceline::programs
