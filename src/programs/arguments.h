#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// argv for Google Benchmark, which keeps pointers into argv.
class BenchmarkArguments {
 public:
  BenchmarkArguments(std::string program, std::vector<std::string> arguments);
  int& count() { return count_; }
  char** data() { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
  int count_ = 0;
};

/// argv without the program, in reverse, as CLI11 reads it. An empty value becomes an argument of
/// its own, because CLI11 reads the next flag as the value of "--flag=".
std::vector<std::string> reversed_arguments(int argc, char** argv);

/// Whether a switch such as --help is given.
bool has_flag(const std::vector<std::string>& arguments, std::string_view flag);

/// The value of a flag such as "--help" that may stand alone: "VALUE" of --help=VALUE and of --help
/// VALUE, "" of --help before another flag or at the end, nothing without the flag.
std::optional<std::string> asked_value(const std::vector<std::string>& arguments,
                                       std::string_view flag);

/// The value of a flag such as "--benchmark_out=": the last one given, else the environment
/// variable's, else `value`.
std::string flag_value(const std::vector<std::string>& arguments, std::string_view flag,
                       const char* variable, std::string value);

/// Google Benchmark's file of results. Google Benchmark does not expose it, so read_out_file()
/// reads the flags again.
struct OutFile {
  /// Empty: none.
  std::string name;
  /// "json", "csv" or "console"; Google Benchmark has refused any other.
  std::string format = "json";
};

/// Reads --benchmark_out and --benchmark_out_format, or else the variables BENCHMARK_OUT and
/// BENCHMARK_OUT_FORMAT. If a flag is repeated, the last one counts.
OutFile read_out_file(const std::vector<std::string>& arguments);

/// The name of a flag in an argument such as "--name=value".
std::string_view name_of_flag(std::string_view argument);

/// The most similar of the flags, which have their dashes; empty if none is similar.
std::string_view nearest_flag(std::string_view name, const std::vector<std::string>& known);

/// The sentence for an argument that no flag accepts. Suggests the most similar flag of `known`, if
/// any is similar.
std::string why_unknown(std::string_view argument, const std::vector<std::string>& known);

/// The long names of an app's flags, with their dashes.
std::vector<std::string> names_of_flags(const CLI::App& app);

/// Parses the arguments of a program without Google Benchmark. Returns the exit code if the program
/// ends here: after --help, --version or --completion, or after an error.
std::optional<int> parse_arguments(CLI::App& app, int argc, char** argv);

}  // namespace paceline::programs
