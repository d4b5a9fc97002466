#include <programs/benchmark_flags.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <paceline/text/numbers.h>
#include <programs/arguments.h>

namespace paceline::programs {
namespace {

constexpr std::array benchmark_flags{
    OtherFlag{"--benchmark_out", "FILE",
              "File of results, for paceline_compare and paceline_report, such as run.json "
              "[none]"},
    OtherFlag{"--benchmark_out_format", "json|console|csv", "Format of that file [json]"},
    OtherFlag{"--benchmark_repetitions", "N",
              "How often each run is repeated, such as 9 for a comparison [1]"},
    OtherFlag{"--benchmark_report_aggregates_only", "true|false",
              "Reports only the mean, the median and the spread of the repetitions [false]"},
    OtherFlag{"--benchmark_display_aggregates_only", "true|false",
              "Shows only the mean, the median and the spread on the console [false]"},
    OtherFlag{"--benchmark_enable_random_interleaving", "true|false",
              "Takes the repetitions of different runs in random order [false]"},
    OtherFlag{"--benchmark_filter", "REGEX",
              "Runs only the runs whose names match, such as rpm:6000/ [all]"},
    OtherFlag{"--benchmark_list_tests", "true|false",
              "Lists the names of the runs, and sends nothing [false]"},
    OtherFlag{"--benchmark_format", "console|json|csv", "Format of the standard output [console]"},
    OtherFlag{"--benchmark_color", "auto|true|false",
              "Colours on the console: auto is on a terminal, unless NO_COLOR is set [auto]"},
    OtherFlag{"--benchmark_counters_tabular", "true|false",
              "Whether the counters have columns in Google Benchmark's table [true]"},
    OtherFlag{"--benchmark_context", "KEY=VALUE,…",
              "Facts to write into the results, such as region=eu [none]"},
    OtherFlag{"--benchmark_time_unit", "ns|us|ms|s",
              "Unit of times in Google Benchmark's table [us]"},
    OtherFlag{"--v", "N", "Level of Google Benchmark's log messages, such as 1 [0]"}};

/// Flags that Google Benchmark reads, but that have no use for runs of a set number of requests.
/// Some of them are only in later versions.
constexpr std::array<std::string_view, 4> other_flags{"--benchmark_dry_run", "--benchmark_min_time",
                                                      "--benchmark_min_warmup_time",
                                                      "--benchmark_perf_counters"};

bool is_benchmark_flag(std::string_view name) {
  const auto is_it = [name](const OtherFlag& flag) { return flag.name == name; };
  return std::any_of(benchmark_flags.begin(), benchmark_flags.end(), is_it) ||
         std::find(other_flags.begin(), other_flags.end(), name) != other_flags.end();
}

Result<void> check_repetitions(const std::string& text) {
  constexpr int most = 1'000'000;
  if (text::parse_number(text, 1, most)) return {};
  return fail(
      ErrorCode::invalid_value,
      fmt::format("--benchmark_repetitions: '{}' is not a whole number from 1 to {}", text, most));
}

}  // namespace

std::span<const OtherFlag> flags_of_benchmark() {
  return benchmark_flags;
}

std::vector<std::string> with_joined_values(const std::vector<std::string>& arguments) {
  const auto needs_value = [](const std::string& argument) {
    return std::any_of(benchmark_flags.begin(), benchmark_flags.end(), [&](const OtherFlag& flag) {
      return flag.name == argument && flag.value != "true|false";
    });
  };
  std::vector<std::string> joined;
  bool takes_next = false;
  for (const std::string& argument : arguments) {
    if (takes_next && !argument.starts_with('-')) {
      joined.back() += '=' + argument;
    } else {
      joined.push_back(argument);
    }
    takes_next = needs_value(argument);
  }
  return joined;
}

Result<void> check_benchmark_flags(const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& known) {
  for (const std::string& argument : arguments) {
    if (is_benchmark_flag(name_of_flag(argument))) continue;
    std::vector<std::string> all = known;
    for (const OtherFlag& flag : benchmark_flags) all.emplace_back(flag.name);
    return fail(ErrorCode::invalid_value, why_unknown(argument, all));
  }
  const std::string warmup =
      flag_value(arguments, "--benchmark_min_warmup_time=", "BENCHMARK_MIN_WARMUP_TIME", "0");
  // As Google Benchmark reads the flag.
  if (std::strtod(warmup.c_str(), nullptr) != 0) {
    return fail(ErrorCode::invalid_value,
                "--benchmark_min_warmup_time sends every request of a run twice; use "
                "--paceline_warmup");
  }
  return check_repetitions(
      flag_value(arguments, "--benchmark_repetitions=", "BENCHMARK_REPETITIONS", "1"));
}

}  // namespace paceline::programs
