#include <paceline/gbench/file_reporter.h>

namespace paceline::gbench {
namespace {

std::unique_ptr<benchmark::BenchmarkReporter> csv_reporter() {
  // Deprecated, and still what --benchmark_out_format=csv makes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return std::make_unique<benchmark::CSVReporter>();
#pragma GCC diagnostic pop
}

}  // namespace

std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(const std::string& format) {
  if (format == "csv") return csv_reporter();
  if (format == "console") {
    return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
  }
  return std::make_unique<benchmark::JSONReporter>();
}

}  // namespace paceline::gbench
