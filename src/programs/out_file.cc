#include <programs/out_file.h>

#include <cstdlib>
#include <string_view>

#include <programs/arguments.h>

namespace paceline {
namespace {

std::unique_ptr<benchmark::BenchmarkReporter> csv_reporter() {
  // Deprecated, and still what --benchmark_out_format=csv makes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return std::make_unique<benchmark::CSVReporter>();
#pragma GCC diagnostic pop
}

}  // namespace

OutFile read_out_file(const std::vector<std::string>& arguments) {
  return {flag_value(arguments, "--benchmark_out=", "BENCHMARK_OUT", {}),
          flag_value(arguments, "--benchmark_out_format=", "BENCHMARK_OUT_FORMAT", "json")};
}

std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const OutFile& file) {
  if (file.format == "csv") return csv_reporter();
  if (file.format == "console") {
    return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
  }
  return std::make_unique<benchmark::JSONReporter>();
}

}  // namespace paceline
