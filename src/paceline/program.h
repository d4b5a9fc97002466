#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <paceline/error.h>

namespace CLI {
class App;
}

namespace paceline {

/// A program's benchmarks, and the flags that it adds to the common ones.
class Suite {
 public:
  virtual ~Suite() = default;
  /// Adds the suite's own flags. The suite includes CLI11 for that.
  virtual void add_flags(CLI::App& /*app*/) {}
  /// Whether the benchmarks send requests to the API. If not, no endpoint stands in for the API.
  virtual bool needs_api() const { return true; }
  /// The hosts that the benchmarks send to, for the results' context. Called after the benchmarks
  /// are registered. Empty: the API's host.
  virtual std::string hosts() const { return {}; }
  /// How long the benchmarks take at their rates if each runs once; 0: unknown.
  virtual std::chrono::nanoseconds planned_time() const { return {}; }
  /// Registers benchmarks. Called after the flags are read and the API's URL is known. An error
  /// ends the program, for example if flags contradict each other.
  virtual std::optional<Error> register_benchmarks() { return std::nullopt; }
  /// Whether any benchmark is left to run. If not, the program ends. Called after the benchmarks
  /// are registered.
  virtual bool has_work() const { return true; }
  /// Tries the benchmarks' first requests. An error ends the program. Not called when no benchmark
  /// runs.
  virtual std::optional<Error> check() { return std::nullopt; }
};

/// A whole main(): reads paceline's flags, then Google Benchmark's, and runs the benchmarks.
/// Returns the exit code: 0 for success, 1 for bad input or failures, 130 when interrupted.
int run_program(int argc, char** argv, Suite& suite);
/// The same for benchmarks that are registered before main(), as BENCHMARK_REGISTER_F does.
int run_program(int argc, char** argv);

}  // namespace paceline
