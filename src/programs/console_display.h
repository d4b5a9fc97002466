#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include <paceline/gbench/context.h>

namespace paceline::programs {

/// What the console shows of each run.
enum class ConsoleView {
  /// A line with the most important figures.
  line,
  /// A block with every figure.
  full,
  /// Google Benchmark's table, with a column for each counter.
  table,
};

/// The value of --benchmark_format, which Google Benchmark has checked; "console" by default.
std::string display_format(const std::vector<std::string>& arguments);

/// The reporter for runs on standard output. Its width and its colours suit the terminal.
/// `arguments`: Google Benchmark's flags, which Google Benchmark has read. `context` outlives the
/// reporter.
std::shared_ptr<benchmark::BenchmarkReporter> make_console_display(
    ConsoleView view, const std::vector<std::string>& arguments, const gbench::Context& context);

/// Google Benchmark's flag that turns colours off, if the environment variable NO_COLOR does and
/// BENCHMARK_COLOR is not set. Put it before the user's flags, which win.
std::vector<std::string> colour_arguments();

}  // namespace paceline::programs
