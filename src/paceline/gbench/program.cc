#include <paceline/gbench/program.h>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/help.h>
#include <paceline/gbench/out_file.h>
#include <paceline/gbench/percentile_rows.h>
#include <paceline/gbench/probe_rows.h>
#include <paceline/gbench/session.h>

namespace paceline {
namespace {

/// The signal that asked the program to end; 0: none did.
volatile std::sig_atomic_t ended_by = 0;

/// The first one stops sending; a second one ends the program at once.
void on_end(int signal) {
  ended_by = signal;
  Session::global().stop();
  std::signal(signal, SIG_DFL);
}

void set_end_handlers(void (*handler)(int)) {
  std::signal(SIGINT, handler);
  std::signal(SIGTERM, handler);
}

bool has_flag(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::any_of(arguments.begin(), arguments.end(), [flag](const std::string& argument) {
    return argument == flag || argument == std::string(flag) + "=true";
  });
}

/// argv as Google Benchmark wants it, which keeps pointers into it.
class Arguments {
 public:
  Arguments(const char* program, std::vector<std::string> rest) : texts_(std::move(rest)) {
    texts_.insert(texts_.begin(), program);
    for (std::string& text : texts_) pointers_.push_back(text.data());
    count_ = static_cast<int>(pointers_.size());
    pointers_.push_back(nullptr);
  }
  int& count() { return count_; }
  char** data() { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
  int count_ = 0;
};

/// argv without the program, last first as CLI11 takes it. An empty value becomes an argument of
/// its own: CLI11 would take the next flag for the value of "--flag=".
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

/// Everything but paceline's flags; a sentence when those are wrong.
std::string parse(CLI::App& app, int argc, char** argv, std::vector<std::string>& rest) {
  try {
    app.parse(reversed_arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return std::string(error.what()) + "; --help shows every flag";
  }
  rest = app.remaining();
  for (const std::string& argument : rest) {
    if (argument.starts_with("--paceline")) {
      return "unknown flag " + argument.substr(0, argument.find('=')) + "; --help shows every flag";
    }
  }
  return {};
}

int say(const std::string& sentence) {
  std::fprintf(stderr, "paceline: %s\n", sentence.c_str());
  return 1;
}

/// Why nothing is measured; who has ended the program knows.
int say_unless_ended(const std::string& sentence) {
  return ended_by == 0 ? say(sentence) : 128 + ended_by;
}

/// Google Benchmark's flags stand between paceline's and what follows all flags.
void print_help(CLI::App& app) {
  const std::string footer = app.get_footer();
  app.footer("");
  std::cout << app.help() << "\nGoogle Benchmark's own:\n" << std::flush;
  benchmark::PrintDefaultHelp();
  std::fflush(stdout);
  if (!footer.empty()) std::cout << '\n' << footer << '\n' << std::flush;
}

/// A sentence when the file does not hold all of the results.
std::string run_with_rows(const OutFile& file, const std::vector<std::string>& rows) {
  if (file.name.empty()) {
    benchmark::RunSpecifiedBenchmarks();
    return {};
  }
  PercentileRows reporter(make_reporter(file), rows);
  ProbeRows with_probes(reporter, Session::global().probes());
  benchmark::RunSpecifiedBenchmarks(nullptr, &with_probes);
  if (!reporter.is_written()) {
    return fmt::format("the results could not all be written to {}: make room on its disk",
                       file.name);
  }
  if (reporter.failed() == 0) return {};
  return fmt::format("{} of the runs failed, and are not in {}", reporter.failed(), file.name);
}

void say_verdicts() {
  const std::vector<std::string> verdicts = Session::global().verdicts().lines();
  if (!verdicts.empty()) std::fprintf(stderr, "\nWhat bounded each run:\n");
  for (const std::string& verdict : verdicts) std::fprintf(stderr, "  %s\n", verdict.c_str());
}

int run_benchmarks(Suite& suite, const std::vector<std::string>& rest) {
  Session& session = Session::global();
  if (!has_flag(rest, "--benchmark_list_tests")) {
    const std::string why = suite.check();
    if (!why.empty()) return say_unless_ended(why);
  }
  const std::string why = run_with_rows(read_out_file(rest), session.options().rows);
  set_end_handlers(SIG_DFL);
  say_verdicts();
  if (!why.empty() && !session.failed() && ended_by == 0) return say(why);
  if (session.failed()) return 1;
  return ended_by == 0 ? 0 : 128 + ended_by;
}

}  // namespace

int run_program(int argc, char** argv, Suite& suite) {
  CLI::App app("Rate-limited HTTP and LLM API benchmarks, on Google Benchmark");
  app.name(std::filesystem::path(argv[0]).filename());
  app.set_help_flag();
  set_help_layout(app);
  app.allow_extras();
  // As Google Benchmark does with its own flags: the last one counts.
  app.option_defaults()->take_last();
  Options options;
  suite.add_flags(app, options);
  add_flags(app, options);
  std::vector<std::string> rest;
  if (const std::string why = parse(app, argc, argv, rest); !why.empty()) return say(why);
  if (has_flag(rest, "--help") || has_flag(rest, "-h")) {
    print_help(app);
    return 0;
  }
  // First, so that the user's own flag, which comes later, wins.
  rest.insert(rest.begin(), "--benchmark_counters_tabular=true");
  Arguments arguments(argv[0], rest);
  benchmark::Initialize(&arguments.count(), arguments.data());
  if (benchmark::ReportUnrecognizedArguments(arguments.count(), arguments.data())) return 1;

  // A server that closes a TLS connection must not end the program, nor a reader of its output.
  std::signal(SIGPIPE, SIG_IGN);
  Session& session = Session::global();
  if (const std::string why = session.open(options); !why.empty()) return say(why);
  add_context(options, session.api().url);
  // The first request, which may wait for a server that is starting, can be ended too.
  set_end_handlers(on_end);
  std::string why = suite.register_benchmarks();
  int code = 0;
  if (!why.empty()) {
    code = say_unless_ended(why);
  } else if (suite.has_work()) {
    code = run_benchmarks(suite, rest);
  }
  set_end_handlers(SIG_DFL);
  session.close();
  if (code == 0 && session.failed()) code = 1;
  benchmark::Shutdown();
  return code;
}

int run_program(int argc, char** argv) {
  Suite registered_before_main;
  return run_program(argc, argv, registered_before_main);
}

}  // namespace paceline
