#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paceline/gbench/reporter_decorator.h>

namespace paceline {

/// Decorates a file reporter: after each run X come rows X/p50, X/p99, … whose real_time is that
/// counter, because compare.py reads real_time and never a counter. Leaves out runs that failed or
/// were skipped, whose time of 0 would be read as an improvement.
///
/// The context is written with the first runs, not before them: only then is it known what was
/// really spoken with the server.
class PercentileRows : public ReporterDecorator {
 public:
  /// `counters` names those that become rows, where a run has them; they are in seconds.
  PercentileRows(benchmark::BenchmarkReporter& file, std::vector<std::string> counters)
      : ReporterDecorator(file), counters_(std::move(counters)) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

  /// Whether all that was reported is in the file; asked after the last.
  bool is_written() const { return is_written_; }
  /// How many runs failed; the program is to exit with an error when any did.
  std::size_t failed() const { return failed_; }

 private:
  void write_context();

  std::vector<std::string> counters_;
  std::optional<Context> context_;
  std::size_t failed_ = 0;
  bool is_written_ = true;
};

}  // namespace paceline
