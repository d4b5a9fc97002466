#pragma once

#include <benchmark/benchmark.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/display/row.h>
#include <paceline/gbench/display/style.h>

namespace paceline::gbench::display {

/// Google Benchmark's console, whose title can be printed more than once.
class OtherRuns : public benchmark::ConsoleReporter {
 public:
  using ConsoleReporter::ConsoleReporter;
  /// Prints the title again before the next run.
  void begin_part() { printed_header_ = false; }
};

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
  /// The text as the terminal emphasizes texts.
  std::string emphasized(std::string_view words, text::Emphasis emphasis) const {
    return text::emphasized(words, emphasis, style_.has_colour);
  }
  std::ostream& out() { return GetOutputStream(); }

 private:
  /// `is_first`: a row of paceline precedes.
  void show_other(const Run& run, bool is_first);

  const gbench::Context& context_;
  Style style_;
  OtherRuns others_;
  std::ostream nowhere_{nullptr};
  bool was_paceline_ = true;
};

/// The context in two lines: what is measured and with which client, and on what machine.
std::vector<std::string> context_lines(const gbench::Context& context,
                                       const benchmark::BenchmarkReporter::Context& machine);

}  // namespace paceline::gbench::display
