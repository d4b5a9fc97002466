#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <paceline/text/gate.h>

namespace paceline::gbench {

/// Base of a reporter that changes runs on their way to another reporter.
class ReporterDecorator : public benchmark::BenchmarkReporter {
 public:
  /// `inner` must outlive the decorator.
  explicit ReporterDecorator(benchmark::BenchmarkReporter& inner) : inner_(inner) {}

  bool ReportContext(const Context& context) override {
    hand_on_streams();
    return inner_.ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override { inner_.ReportRuns(runs); }
  void Finalize() override { inner_.Finalize(); }

 protected:
  benchmark::BenchmarkReporter& inner() { return inner_; }
  /// Passes on the streams, which Google Benchmark sets in the outermost reporter only.
  void hand_on_streams() {
    inner_.SetOutputStream(&GetOutputStream());
    inner_.SetErrorStream(&GetErrorStream());
  }

 private:
  benchmark::BenchmarkReporter& inner_;
};

/// The counter with which a run hands its CPU time to WholeCpuTime, in seconds per iteration.
inline constexpr char cpu_time_counter[] = "cpu_time";

/// Decorates a reporter so that a row's CPU time is that of all threads and processes. Google
/// Benchmark measures that of its own threads only. Removes `cpu_time_counter`.
class WholeCpuTime : public ReporterDecorator {
 public:
  using ReporterDecorator::ReporterDecorator;
  void ReportRuns(const std::vector<Run>& runs) override;
};

/// Makes the reporter that --benchmark_out_format=FORMAT selects: "csv", "console" or, for any
/// other format, JSON.
std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(const std::string& format);

/// Decorates a file reporter. After each run X, adds rows X/p50, X/p99, … whose real_time is that
/// counter, because compare.py reads real_time and no counters. Leaves out failed and skipped runs,
/// whose time of 0 compare.py would read as an improvement.
///
/// Writes the context with the first runs, because the protocol that was spoken with the server is
/// not known before.
class PercentileRows : public ReporterDecorator {
 public:
  /// `counters`: names of the counters, in seconds, that become rows if a run has them.
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

/// A row beside that of its benchmark: a run of a search, or a stage of a run.
struct AddedRow {
  /// Such as "chat/complete/probe" or "chat/complete/stages/stage:2".
  std::string name;
  std::uint64_t rpm = 0;
  std::uint64_t parallel = 0;
  std::uint64_t threads = 1;
  std::uint64_t requests = 0;
  /// Per request.
  std::chrono::nanoseconds mean_latency{0};
  /// Seconds per request.
  double cpu_time = 0;
  std::string label;
  benchmark::UserCounters counters;
};

/// Rows that the file does not have yet, by the benchmark's name. The repetitions of a benchmark
/// are kept in their order.
class AddedRows {
 public:
  void add(const std::string& benchmark, std::vector<AddedRow> rows);
  /// Removes and returns the rows that were added first for the benchmark; empty if none are left.
  std::vector<AddedRow> take(const std::string& benchmark);

 private:
  std::map<std::string, std::deque<std::vector<AddedRow>>> added_;
};

/// Decorates a file reporter. After each run, the rows that were added for it follow as runs of
/// their own. Google Benchmark itself must know all runs before the first one starts.
class WithAddedRows : public ReporterDecorator {
 public:
  /// `file` and `rows` outlive the decorator.
  WithAddedRows(benchmark::BenchmarkReporter& file, AddedRows& rows)
      : ReporterDecorator(file), rows_(rows) {}

  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  AddedRows& rows_;
};

/// Decorates a reporter so that its output is valid for any text and any number.
///
/// Names, labels and errors pass through the gate. A counter that is not a number is left out. In
/// an aggregate such a counter, for example the variation of a constant 0, becomes 0.
///
/// In CSV the first row determines the columns, because Google Benchmark ends the program when a
/// later row has another counter. A counter that the first row lacks is "nan" in the first row and
/// empty in later rows.
class ValidRows : public ReporterDecorator {
 public:
  enum class Columns {
    /// Each row keeps its own counters.
    free,
    /// Each row has `counters` and the first row's other counters.
    fixed,
  };

  ValidRows(benchmark::BenchmarkReporter& inner, std::shared_ptr<const text::Gate> gate,
            Columns kind, const std::vector<std::string>& counters);

  void ReportRuns(const std::vector<Run>& runs) override;
  /// Counters without a column in CSV.
  const std::set<std::string>& left_out() const { return left_out_; }

 private:
  void clean_texts(Run& run) const;
  void fix_columns(Run& run);

  std::shared_ptr<const text::Gate> gate_;
  Columns columns_;
  std::set<std::string> counters_;
  std::set<std::string> left_out_;
  bool is_first_ = true;
};

}  // namespace paceline::gbench
