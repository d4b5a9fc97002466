#include <paceline/gbench/display/row.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string_view>

#include <paceline/gbench/run_ending.h>
#include <paceline/text/numbers.h>

namespace paceline::gbench::display {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

/// Takes `rpm` and `parallel` out of arguments such as "rpm:6000/parallel:10/lang:3", and adds the
/// others to the name.
void read_arguments(std::string_view arguments, Row& row) {
  while (!arguments.empty()) {
    const std::string_view argument = arguments.substr(0, arguments.find('/'));
    arguments.remove_prefix(std::min(argument.size() + 1, arguments.size()));
    const std::size_t colon = argument.find(':');
    const std::string_view key = argument.substr(0, colon);
    const auto value =
        colon == std::string_view::npos
            ? std::nullopt
            : text::parse_number<std::uint64_t>(argument.substr(colon + 1), 0,
                                                std::numeric_limits<std::uint64_t>::max());
    if (value && key == "rpm") {
      row.rpm = value;
    } else if (value && key == "parallel") {
      row.parallel = value;
    } else {
      row.name += ' ';
      row.name += argument;
    }
  }
}

/// Divides the label into the verdict, which is its first word, and other facts.
void read_label(const std::string& label, Row& row) {
  const std::size_t end = label.find("; ");
  row.verdict = label.substr(0, end);
  if (end != std::string::npos) row.notes = label.substr(end + 2);
}

RowKind kind_of(const Run& run) {
  if (ending_of(run) != RunEnding::measured) return RowKind::failed;
  if (run.counters.find("max_rpm") != run.counters.end()) return RowKind::search;
  if (run.counters.find("ttft_p50") != run.counters.end()) return RowKind::streams;
  return RowKind::responses;
}

}  // namespace

std::optional<double> Row::counter(const std::string& counter_name) const {
  const auto found = counters.find(counter_name);
  if (found == counters.end()) return std::nullopt;
  return found->second.value;
}

std::optional<Row> read_row(const Run& run, bool was_paceline) {
  Row row;
  row.kind = kind_of(run);
  const bool is_measured = run.counters.find("late_p50") != run.counters.end();
  if (!is_measured && !(row.kind == RowKind::failed && was_paceline)) return std::nullopt;
  row.name = run.run_name.function_name;
  read_arguments(run.run_name.args, row);
  if (!run.run_name.threads.empty()) row.name += ' ' + run.run_name.threads;
  row.requests = static_cast<std::uint64_t>(run.iterations);
  if (run.run_type == Run::RT_Aggregate) {
    row.aggregate = run.aggregate_name;
    row.is_share = run.aggregate_unit == benchmark::StatisticUnit::kPercentage;
  } else {
    read_label(run.report_label, row);
  }
  if (row.kind == RowKind::failed) row.notes = error_of(run);
  // A reporter divides a time by the iterations, and shows a share as it is.
  const double divisor =
      row.is_share || run.iterations == 0 ? 1 : static_cast<double>(run.iterations);
  row.cpu = run.cpu_accumulated_time / divisor;
  row.counters = run.counters;
  return row;
}

std::string rpm_text(const Row& row) {
  if (!row.rpm) return {};
  return *row.rpm == 0 ? "unpaced" : text::number_text(static_cast<double>(*row.rpm));
}

std::string time_cell(double seconds, bool is_share) {
  if (is_share) return number_cell(seconds, true);
  constexpr double in_a_second = 1e9;
  return text::time_text(std::chrono::nanoseconds(std::llround(seconds * in_a_second)));
}

std::string number_cell(double number, bool is_share) {
  if (is_share) return fmt::format("{:.1f}%", 100 * number);
  return text::number_text(number);
}

}  // namespace paceline::gbench::display
