#include <paceline/gbench/out_file.h>

#include <cstdlib>
#include <string_view>

namespace paceline {
namespace {

void read(const std::vector<std::string>& arguments, std::string_view flag, const char* variable,
          std::string& value) {
  if (const char* set = std::getenv(variable)) value = set;
  for (const std::string& argument : arguments) {
    if (argument.starts_with(flag)) value = argument.substr(flag.size());
  }
}

std::unique_ptr<benchmark::BenchmarkReporter> csv_reporter() {
  // Deprecated, and still what --benchmark_out_format=csv makes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return std::make_unique<benchmark::CSVReporter>();
#pragma GCC diagnostic pop
}

}  // namespace

OutFile read_out_file(const std::vector<std::string>& arguments) {
  OutFile file;
  read(arguments, "--benchmark_out=", "BENCHMARK_OUT", file.name);
  read(arguments, "--benchmark_out_format=", "BENCHMARK_OUT_FORMAT", file.format);
  return file;
}

std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const OutFile& file) {
  if (file.format == "csv") return csv_reporter();
  if (file.format == "console") {
    return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
  }
  return std::make_unique<benchmark::JSONReporter>();
}

}  // namespace paceline
