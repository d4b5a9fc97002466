#pragma once

#include <chrono>
#include <string>

#include <programs/options.h>

namespace paceline {

/// What a program adds to Google Benchmark and to the options that every program has.
class Suite {
 public:
  virtual ~Suite() = default;
  /// Flags of the suite's own; they may set `options` too.
  virtual void add_flags(CLI::App&, Options& /*options*/) {}
  /// Whether its benchmarks ask the API; if not, no endpoint stands in for it.
  virtual bool needs_api() const { return true; }
  /// The hosts that its benchmarks ask, once they are registered.
  virtual std::string hosts() const;
  /// How long its benchmarks take by their rates, each once; 0 where that is not known.
  virtual std::chrono::nanoseconds planned_time() const { return {}; }
  /// Registers benchmarks once the flags are read and the session is open. A sentence when the
  /// flags do not go together.
  virtual std::string register_benchmarks() { return {}; }
  /// Whether anything is left to measure, once benchmarks are registered; if not, the program ends.
  virtual bool has_work() const { return true; }
  /// Tries what is to be measured; a sentence when it fails. Not called when nothing will run.
  virtual std::string check() { return {}; }
};

/// A whole main: reads paceline's flags, then Google Benchmark's, and runs the benchmarks.
/// Returns the exit code: 0 when all went well, 1 for bad input or failures, 130 when interrupted.
int run_program(int argc, char** argv, Suite& suite);
/// The same for benchmarks that are registered before main, as BENCHMARK_REGISTER_F does.
int run_program(int argc, char** argv);

}  // namespace paceline
