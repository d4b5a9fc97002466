#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

namespace paceline {

/// Where Google Benchmark was asked to write its results, and how; it does not tell, so this reads
/// its flags once more.
struct OutFile {
  /// Empty: nowhere.
  std::string name;
  /// "json", "csv" or "console"; Google Benchmark has refused any other.
  std::string format = "json";
};

/// Reads --benchmark_out and --benchmark_out_format; where they are not given, the variables
/// BENCHMARK_OUT and BENCHMARK_OUT_FORMAT. The last of a flag wins.
OutFile read_out_file(const std::vector<std::string>& arguments);

/// What Google Benchmark itself would write that file with.
std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const OutFile& file);

}  // namespace paceline
