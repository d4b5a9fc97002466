#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

namespace paceline::gbench {

/// Makes the reporter that --benchmark_out_format=FORMAT makes: "csv", "console" or, for any other
/// format, JSON.
std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(const std::string& format);

}  // namespace paceline::gbench
