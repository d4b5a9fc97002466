#include <paceline/gbench/valid_rows.h>

#include <cmath>
#include <limits>
#include <utility>

namespace paceline::gbench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

/// Google Benchmark 1.7 says error_message, later ones say skip_message.
template <typename AnyRun>
std::string& error_of(AnyRun& run) {
  if constexpr (requires { run.error_message; }) {
    return run.error_message;
  } else {
    return run.skip_message;
  }
}

double number_or_zero(double value) {
  return std::isfinite(value) ? value : 0;
}

void clean_numbers(Run& run) {
  run.real_accumulated_time = number_or_zero(run.real_accumulated_time);
  run.cpu_accumulated_time = number_or_zero(run.cpu_accumulated_time);
  for (auto counter = run.counters.begin(); counter != run.counters.end();) {
    if (std::isfinite(counter->second.value)) {
      ++counter;
    } else if (run.run_type == Run::RT_Aggregate) {
      (counter++)->second.value = 0;
    } else {
      counter = run.counters.erase(counter);
    }
  }
}

}  // namespace

ValidRows::ValidRows(benchmark::BenchmarkReporter& inner, std::shared_ptr<const text::Gate> gate,
                     Columns kind, const std::vector<std::string>& counters)
    : ReporterDecorator(inner),
      gate_(std::move(gate)),
      columns_(kind),
      counters_(counters.begin(), counters.end()) {}

void ValidRows::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> rows = runs;
  for (Run& row : rows) {
    clean_texts(row);
    clean_numbers(row);
    if (columns_ == Columns::fixed) fix_columns(row);
  }
  inner().ReportRuns(rows);
}

void ValidRows::clean_texts(Run& run) const {
  auto& name = run.run_name;
  for (std::string* text :
       {&name.function_name, &name.args, &name.min_time, &name.iterations, &name.repetitions,
        &name.time_type, &name.threads, &run.report_label, &run.aggregate_name}) {
    *text = gate_->shown(*text);
  }
  std::string& error = error_of(run);
  error = gate_->shown(error);
}

void ValidRows::fix_columns(Run& run) {
  if (std::exchange(is_first_, false)) {
    for (const auto& [name, counter] : run.counters) counters_.insert(name);
    for (const std::string& name : counters_) {
      run.counters.try_emplace(name, std::numeric_limits<double>::quiet_NaN());
    }
    return;
  }
  for (auto counter = run.counters.begin(); counter != run.counters.end();) {
    if (counters_.contains(counter->first)) {
      ++counter;
      continue;
    }
    left_out_.insert(counter->first);
    counter = run.counters.erase(counter);
  }
}

}  // namespace paceline::gbench
