#pragma once

#include <memory>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/program.h>
#include <paceline/text/result.h>
#include <programs/console_display.h>

namespace paceline::programs {

/// A stream that passes on all lines except those that begin with a given text.
class LineFilter : private std::streambuf, public std::ostream {
 public:
  /// `to` must outlive the stream.
  LineFilter(std::ostream& to, std::string_view dropped)
      : std::ostream(static_cast<std::streambuf*>(this)), to_(to), dropped_(dropped) {}
  ~LineFilter() override;
  LineFilter(const LineFilter&) = delete;
  LineFilter& operator=(const LineFilter&) = delete;

 private:
  int overflow(int letter) override;
  /// Passes on an unfinished line, unless the line may still become one to drop.
  int sync() override;

  std::ostream& to_;
  std::string dropped_;
  /// The line whose end has not been written yet.
  std::string line_;
};

/// The command line of a program without paceline's flags.
struct BenchmarkCommand {
  std::string program;
  /// Google Benchmark's flags.
  std::vector<std::string> arguments;
  /// What the console shows of each run.
  ConsoleView console = ConsoleView::line;
  /// Counters that become rows in the file of results.
  std::vector<std::string> rows;
  /// paceline's flags, as given_flags() returns them.
  std::string flags;
};

/// Runs the registered benchmarks, and writes and prints their results. Failures that the context
/// has printed are not repeated.
Result<void> run_benchmarks(const BenchmarkCommand& command, Suite& suite,
                            gbench::Context& context);

}  // namespace paceline::programs
