#include <fmt/format.h>
#include <programs/arguments.h>
#include <programs/config_file.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <utility>

#include <paceline/text/console.h>
#include <paceline/text/numbers.h>
#include <programs/flags.h>

namespace paceline::programs {
namespace {

/// Google Benchmark's flags; some of them only in later versions.
constexpr std::array<std::string_view, 19> benchmark_flags{"--benchmark_color",
                                                           "--benchmark_context",
                                                           "--benchmark_counters_tabular",
                                                           "--benchmark_display_aggregates_only",
                                                           "--benchmark_dry_run",
                                                           "--benchmark_enable_random_interleaving",
                                                           "--benchmark_filter",
                                                           "--benchmark_format",
                                                           "--benchmark_list_tests",
                                                           "--benchmark_min_time",
                                                           "--benchmark_min_warmup_time",
                                                           "--benchmark_out",
                                                           "--benchmark_out_format",
                                                           "--benchmark_perf_counters",
                                                           "--benchmark_repetitions",
                                                           "--benchmark_report_aggregates_only",
                                                           "--benchmark_time_unit",
                                                           "--help",
                                                           "--v"};

std::string_view name_of_flag(std::string_view argument) {
  return argument.substr(0, argument.find('='));
}

bool is_benchmark_flag(std::string_view name) {
  return std::find(benchmark_flags.begin(), benchmark_flags.end(), name) != benchmark_flags.end();
}

/// The number of letters to insert, remove or replace to turn one text into the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// The name without a prefix that many flags share.
std::string_view own_part(std::string_view name) {
  for (const std::string_view common : {"--paceline_", "--benchmark_", "--"}) {
    if (name.starts_with(common)) return name.substr(common.size());
  }
  return name;
}

Result<void> check_repetitions(const std::string& text) {
  constexpr int most = 1'000'000;
  if (text::parse_number(text, 1, most)) return {};
  return fail(
      ErrorCode::invalid_value,
      fmt::format("--benchmark_repetitions: '{}' is not a whole number from 1 to {}", text, most));
}

}  // namespace

BenchmarkArguments::BenchmarkArguments(std::string program, std::vector<std::string> arguments)
    : texts_(std::move(arguments)) {
  texts_.insert(texts_.begin(), std::move(program));
  for (std::string& text : texts_) pointers_.push_back(text.data());
  count_ = static_cast<int>(pointers_.size());
  pointers_.push_back(nullptr);
}

std::vector<std::string> reversed_arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    if (argument.starts_with("--paceline") && argument.ends_with('=') &&
        argument.find('=') == argument.size() - 1) {
      arguments.emplace_back();
      argument.pop_back();
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

bool has_flag(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::any_of(arguments.begin(), arguments.end(), [flag](const std::string& argument) {
    return argument == flag || argument == std::string(flag) + "=true";
  });
}

std::string flag_value(const std::vector<std::string>& arguments, std::string_view flag,
                       const char* variable, std::string value) {
  if (const char* set = std::getenv(variable)) value = set;
  for (const std::string& argument : arguments) {
    if (argument.starts_with(flag)) value = argument.substr(flag.size());
  }
  return value;
}

OutFile read_out_file(const std::vector<std::string>& arguments) {
  return {flag_value(arguments, "--benchmark_out=", "BENCHMARK_OUT", {}),
          flag_value(arguments, "--benchmark_out_format=", "BENCHMARK_OUT_FORMAT", "json")};
}

std::string_view nearest_flag(std::string_view name, const std::vector<std::string>& known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, own_part(name).size() / 4) + 1;
  for (const std::string_view flag : known) {
    const std::size_t letters = distance(name, flag);
    if (letters >= least) continue;
    least = letters;
    best = flag;
  }
  return best;
}

std::string why_unknown(std::string_view argument, const std::vector<std::string>& known) {
  const std::string_view name = name_of_flag(argument);
  if (!name.starts_with('-')) {
    return fmt::format("unknown argument '{}'; --help shows every flag", argument);
  }
  const std::string_view meant = nearest_flag(name, known);
  if (meant.empty()) return fmt::format("unknown flag {}; --help shows every flag", name);
  return fmt::format("unknown flag {}; did you mean {}?", name, meant);
}

Result<void> check_benchmark_flags(const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& known) {
  for (const std::string& argument : arguments) {
    if (argument == "-h" || is_benchmark_flag(name_of_flag(argument))) continue;
    std::vector<std::string> all(benchmark_flags.begin(), benchmark_flags.end());
    all.insert(all.end(), known.begin(), known.end());
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

std::vector<std::string> names_of_flags(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::optional<int> parse_arguments(CLI::App& app, int argc, char** argv) {
  const auto refuse = [&app](const std::string& why) {
    text::say_lines(fmt::format("{}: {}", app.get_name(), why));
    return 1;
  };
  app.allow_extras();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return text::write_text(stdout, app.help()) ? 0 : 1;
  } catch (const CLI::CallForVersion&) {
    return text::write_text(stdout, app.version()) ? 0 : 1;
  } catch (const CLI::ParseError& error) {
    return refuse(sentence_of(app, error));
  }
  const std::vector<std::string> unknown = app.remaining();
  if (unknown.empty()) return std::nullopt;
  return refuse(why_unknown(unknown.front(), names_of_flags(app)));
}

}  // namespace paceline::programs
