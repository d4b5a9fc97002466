#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>

namespace paceline::gbench::display {

/// What a row measured, which decides the figures that are shown.
enum class RowKind {
  /// Whole responses.
  responses,
  /// Streamed responses.
  streams,
  /// A search for the highest rate.
  search,
  /// The run failed, so it has no figures.
  failed,
};

/// One run, or one aggregate of repetitions, as people read it.
struct Row {
  RowKind kind = RowKind::responses;
  /// The benchmark with the arguments that have no column, such as "chat/stream threads:2".
  std::string name{};
  /// The arguments `rpm` (0: unpaced) and `parallel`; empty if the benchmark has no such argument.
  std::optional<std::uint64_t> rpm{};
  std::optional<std::uint64_t> parallel{};
  std::uint64_t requests = 0;
  /// "mean", "stddev", …; empty for a run.
  std::string aggregate{};
  /// The figures are shares of the mean, as those of the aggregate "cv".
  bool is_share = false;
  /// The name of the verdict, such as "paced". Empty for an aggregate.
  std::string verdict{};
  /// The label after the verdict. For a failed run, the reason of the failure. May be empty.
  std::string notes{};
  /// The client's CPU time per request, in seconds.
  double cpu = 0;
  benchmark::UserCounters counters{};

  /// The value of a counter; empty if the row does not have the counter.
  std::optional<double> counter(const std::string& counter_name) const;
};

/// The row of a run of paceline; nothing for another benchmark of the same program. `was_paceline`:
/// whether the row before is of paceline, because a failed run has no counters that tell.
std::optional<Row> read_row(const benchmark::BenchmarkReporter::Run& run, bool was_paceline);

/// The rate as people read it: "unpaced", "6000"; empty without a rate.
std::string rpm_text(const Row& row);
/// A time as people read it, or a share of the mean as a percentage.
std::string time_cell(double seconds, bool is_share);
/// A number as people read it, or a share of the mean as a percentage.
std::string number_cell(double number, bool is_share);

}  // namespace paceline::gbench::display
