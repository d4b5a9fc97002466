#pragma once

#include <memory>
#include <string>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/program.h>
#include <paceline/text/result.h>

namespace paceline::programs {

/// The command line of a program without paceline's flags.
struct BenchmarkCommand {
  std::string program;
  /// Google Benchmark's flags.
  std::vector<std::string> arguments;
  /// Counters that become rows in the file of results.
  std::vector<std::string> rows;
};

/// Runs the registered benchmarks, and writes and prints their results. Failures that the context
/// has printed are not repeated.
Result<void> run_benchmarks(const BenchmarkCommand& command, Suite& suite,
                            gbench::Context& context);

}  // namespace paceline::programs
