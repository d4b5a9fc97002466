#include <fmt/format.h>
#include <paceline/gbench/reporters.h>
#include <paceline/gbench/run_ending.h>
#include <paceline/stats/run_tally.h>

#include <cmath>
#include <limits>
#include <utility>

namespace paceline::gbench {
namespace {

std::unique_ptr<benchmark::BenchmarkReporter> csv_reporter() {
  // Deprecated, but --benchmark_out_format=csv still makes this reporter.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return std::make_unique<benchmark::CSVReporter>();
#pragma GCC diagnostic pop
}

}  // namespace

void WholeCpuTime::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> changed = runs;
  for (Run& run : changed) {
    const auto counter = run.counters.find(cpu_time_counter);
    if (counter == run.counters.end()) continue;
    // Google Benchmark divides a time, but not a variation, by the iterations.
    const bool is_time = run.aggregate_unit == benchmark::StatisticUnit::kTime;
    const double iterations = is_time ? static_cast<double>(run.iterations) : 1;
    run.cpu_accumulated_time = counter->second.value * iterations;
    run.counters.erase(counter);
  }
  inner().ReportRuns(changed);
}

std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(const std::string& format) {
  if (format == "csv") return csv_reporter();
  if (format == "console") {
    return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
  }
  return std::make_unique<benchmark::JSONReporter>();
}

namespace {

using Run = benchmark::BenchmarkReporter::Run;

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
    const RunEnding ending = ending_of(run);
    if (ending == RunEnding::failed) ++failed_;
    if (ending != RunEnding::measured) continue;
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

namespace {

Run row_of(const Run& run, AddedRow added) {
  Run row;
  row.run_name.function_name = std::move(added.name);
  row.run_name.args = fmt::format("rpm:{}/parallel:{}", added.rpm, added.parallel);
  // As in the name of a run with as many threads.
  row.run_name.iterations = fmt::format("iterations:{}", added.requests / added.threads);
  row.run_name.threads = run.run_name.threads;
  row.run_name.time_type = run.run_name.time_type;
  row.family_index = run.family_index;
  row.per_family_instance_index = run.per_family_instance_index;
  row.repetitions = run.repetitions;
  row.repetition_index = run.repetition_index;
  row.threads = run.threads;
  row.time_unit = run.time_unit;
  row.iterations = static_cast<std::int64_t>(added.requests);
  const auto requests = static_cast<double>(added.requests);
  row.real_accumulated_time = stats::seconds_of(added.mean_latency) * requests;
  row.cpu_accumulated_time = added.cpu_time * requests;
  row.report_label = std::move(added.label);
  row.counters = std::move(added.counters);
  return row;
}

}  // namespace

void AddedRows::add(const std::string& benchmark, std::vector<AddedRow> rows) {
  added_[benchmark].push_back(std::move(rows));
}

std::vector<AddedRow> AddedRows::take(const std::string& benchmark) {
  std::deque<std::vector<AddedRow>>& added = added_[benchmark];
  if (added.empty()) return {};
  std::vector<AddedRow> rows = std::move(added.front());
  added.pop_front();
  return rows;
}

void WithAddedRows::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> rows;
  for (const Run& run : runs) {
    rows.push_back(run);
    if (run.run_type != Run::RT_Iteration) continue;
    for (AddedRow& added : rows_.take(run.run_name.function_name)) {
      rows.push_back(row_of(run, std::move(added)));
    }
  }
  inner().ReportRuns(rows);
}

namespace {

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
