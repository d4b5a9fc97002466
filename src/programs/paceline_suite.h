#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/error.h>
#include <paceline/gbench/find_max.h>
#include <paceline/program.h>
#include <paceline/text/result.h>
#include <programs/grid.h>
#include <programs/options.h>
#include <programs/trace_flags.h>

namespace paceline::programs {

/// The texts of --help before and after the flags.
struct HelpTexts {
  const char* description;
  const char* footer;
};

/// The benchmarks of the programs paceline and paceline_mpi: language models and plain HTTP over a
/// grid of rpm and parallel.
class PacelineSuite : public Suite {
 public:
  /// `options`: the program's options, which run_with_options() sets. `ranks`: the number of the
  /// program's processes.
  PacelineSuite(Options& options, const HelpTexts& help, std::uint64_t ranks = 1)
      : options_(options), help_(help), ranks_(ranks) {}

  void add_flags(CLI::App& app) override;
  std::optional<Error> register_benchmarks() override;
  bool has_work() const override { return !workloads_.empty(); }
  bool needs_api() const override { return asks_api(flags_); }
  std::string hosts() const override;
  std::chrono::nanoseconds planned_time() const override { return planned_time_; }
  std::optional<Error> check() override;

 private:
  Result<void> register_workload(SelectedWorkload& selected);
  Result<std::vector<GridRow>> rows_of(SelectedWorkload& selected);
  Result<void> try_api(SelectedWorkload& selected);
  Result<void> resume(SelectedWorkload& selected);
  Result<void> pace_at_limit();
  Grid grid_of(const SelectedWorkload& selected) const;
  /// Whether the workloads measure every condition of the objectives.
  Result<void> check_objectives() const;
  /// Sets the search, unless other flags contradict it.
  Result<void> prepare_search();
  /// Opens the trace, if one is to be replayed.
  Result<void> prepare_replay();
  Result<void> prepare();

  Options& options_;
  const HelpTexts& help_;
  std::uint64_t ranks_;
  GridFlags asked_;
  TraceFlags trace_;
  /// Searches for the limit instead of measuring the grid.
  std::optional<gbench::FindMax> search_;
  WorkloadFlags flags_;
  bool is_resumed_ = false;
  /// The logs to resume.
  std::vector<std::string> resumed_logs_;
  std::chrono::nanoseconds planned_time_{0};
  std::vector<SelectedWorkload> workloads_;
  /// The threads of each workload, if they were chosen.
  std::vector<std::string> chosen_threads_;
};

}  // namespace paceline::programs
