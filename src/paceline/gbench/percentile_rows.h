#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paceline/gbench/reporter_decorator.h>

namespace paceline::gbench {

/// Decorates a file reporter. After each run X, rows X/p50, X/p99, … follow whose real_time is that
/// counter, because compare.py reads real_time and no counter. Leaves out failed and skipped runs,
/// whose time of 0 compare.py would read as an improvement.
///
/// Writes the context with the first runs, because the protocol that was spoken with the server is
/// not known before.
class PercentileRows : public ReporterDecorator {
 public:
  /// `counters`: names of the counters, in seconds, that become rows where a run has them.
  PercentileRows(benchmark::BenchmarkReporter& file, std::vector<std::string> counters)
      : ReporterDecorator(file), counters_(std::move(counters)) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

  /// Whether the file has every reported run. Valid after Finalize().
  bool is_written() const { return is_written_; }
  /// The number of failed runs. The program exits with an error if any failed.
  std::size_t failed() const { return failed_; }

 private:
  void write_context();

  std::vector<std::string> counters_;
  std::optional<Context> context_;
  std::size_t failed_ = 0;
  bool is_written_ = true;
};

}  // namespace paceline::gbench
