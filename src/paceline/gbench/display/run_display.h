#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/display/row.h>
#include <paceline/gbench/display/style.h>

namespace paceline::gbench::display {

/// Base of the reporters that show runs on a console. Other benchmarks of the same program are
/// shown as Google Benchmark shows them. Texts must have passed the gate, as ValidRows ensures.
class RunDisplay : public benchmark::BenchmarkReporter {
 public:
  /// `context` outlives the reporter.
  RunDisplay(const gbench::Context& context, Style style);

  /// Prints the context in two lines on the error stream.
  bool ReportContext(const Context& machine) override;
  void ReportRuns(const std::vector<Run>& runs) override;

 protected:
  /// Prints one row on the output stream.
  virtual void show(const Row& row) = 0;
  /// Another benchmark's output follows, so the next row begins a new part.
  virtual void interrupt() {}

  const Style& style() const { return style_; }
  std::ostream& out() { return GetOutputStream(); }

 private:
  void show_other(const Run& run);

  const gbench::Context& context_;
  Style style_;
  /// Google Benchmark's console, for other benchmarks.
  benchmark::ConsoleReporter others_;
  std::ostream nowhere_{nullptr};
  bool was_paceline_ = true;
};

/// The context in two lines: what is measured and with which client, and on what machine.
std::vector<std::string> context_lines(const gbench::Context& context,
                                       const benchmark::BenchmarkReporter::Context& machine);

}  // namespace paceline::gbench::display
