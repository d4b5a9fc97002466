#include <paceline/gbench/percentile_rows.h>

#include <utility>

namespace paceline::gbench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

enum class Ending { measured, skipped, failed };

/// Google Benchmark 1.7 has the member error_occurred. Later versions have `skipped`, whose value
/// tells an error from a message.
template <typename AnyRun>
Ending ending_of(const AnyRun& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred ? Ending::failed : Ending::measured;
  } else {
    return static_cast<Ending>(run.skipped);
  }
}

/// The row of one counter, with the run's own unit, repetition and aggregate.
Run row_of(const Run& run, const std::string& counter, double value) {
  Run row = run;
  // `threads` is the last part of a name. The counter follows the number of threads, if there is
  // one.
  std::string& last = row.run_name.threads;
  last += last.empty() ? counter : "/" + counter;
  // A reporter divides times by the iterations, and shows a share such as _cv as it is.
  row.real_accumulated_time = run.aggregate_unit == benchmark::StatisticUnit::kPercentage
                                  ? value
                                  : value * static_cast<double>(run.iterations);
  row.counters.clear();
  return row;
}

}  // namespace

bool PercentileRows::ReportContext(const Context& context) {
  hand_on_streams();
  context_.emplace(context);
  return true;
}

void PercentileRows::ReportRuns(const std::vector<Run>& runs) {
  write_context();
  std::vector<Run> rows;
  for (const Run& run : runs) {
    const Ending ending = ending_of(run);
    if (ending == Ending::failed) ++failed_;
    if (ending != Ending::measured) continue;
    rows.push_back(run);
    for (const std::string& name : counters_) {
      const auto counter = run.counters.find(name);
      if (counter == run.counters.end()) continue;
      // A time of 0 would make compare.py's geometric mean 0; a spread may be 0.
      if (run.run_type == Run::RT_Iteration && !(counter->second.value > 0)) continue;
      rows.push_back(row_of(run, name, counter->second.value));
    }
  }
  if (!rows.empty()) inner().ReportRuns(rows);
}

void PercentileRows::Finalize() {
  write_context();
  inner().Finalize();
  is_written_ = GetOutputStream().flush().good();
}

void PercentileRows::write_context() {
  if (context_) inner().ReportContext(*context_);
  context_.reset();
}

}  // namespace paceline::gbench
