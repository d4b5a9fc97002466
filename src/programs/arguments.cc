#include <fmt/format.h>
#include <programs/arguments.h>
#include <programs/completion.h>
#include <programs/config_file.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

#include <paceline/text/console.h>
#include <programs/flags.h>

namespace paceline::programs {
namespace {

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

}  // namespace

std::string_view name_of_flag(std::string_view argument) {
  return argument.substr(0, argument.find('='));
}

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

std::optional<std::string> asked_value(const std::vector<std::string>& arguments,
                                       std::string_view flag) {
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (name_of_flag(*argument) != flag) continue;
    if (argument->size() > flag.size()) return argument->substr(flag.size() + 1);
    const auto next = std::next(argument);
    return next == arguments.end() || next->starts_with('-') ? std::string() : *next;
  }
  return std::nullopt;
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
    return fmt::format("unknown argument '{}'; see --help", argument);
  }
  const std::string_view meant = nearest_flag(name, known);
  if (meant.empty()) return fmt::format("unknown flag {}; see --help", name);
  return fmt::format("unknown flag {}; did you mean {}?", name, meant);
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
  // For the help and the script. parse() would demand the other arguments too.
  std::string unread;
  app.add_option("--completion", unread, "Prints a script that completes the flags in this shell")
      ->type_name(std::string(completion_shells));
  if (const auto shell = completion_shell({argv + 1, argv + argc})) {
    const auto script = completion_script(app, {}, *shell);
    if (!script) return refuse(script.error().message);
    return text::write_text(stdout, *script) ? 0 : 1;
  }
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
