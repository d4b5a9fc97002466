#include <programs/program.h>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/counters.h>
#include <paceline/gbench/percentile_rows.h>
#include <paceline/gbench/probe_rows.h>
#include <paceline/gbench/time_text.h>
#include <paceline/gbench/valid_rows.h>
#include <paceline/http/url.h>
#include <paceline/loop/descriptor.h>
#include <paceline/text/write.h>
#include <programs/arguments.h>
#include <programs/help.h>
#include <programs/line_filter.h>
#include <programs/out_file.h>
#include <programs/session.h>

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
  // nohup ignores it, and the run goes on.
  if (std::signal(SIGHUP, handler) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

int refuse(const std::string& sentence) {
  Session::global().warn(sentence);
  return 1;
}

/// Everything but paceline's flags; a sentence when those are wrong.
std::string parse(CLI::App& app, int argc, char** argv, std::vector<std::string>& rest) {
  try {
    app.parse(reversed_arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return std::string(error.what()) + "; --help shows every flag";
  }
  rest = app.remaining();
  return {};
}

/// Says why nothing is measured, unless a signal has ended the program.
int refuse_unless_ended(const std::string& sentence) {
  return ended_by == 0 ? refuse(sentence) : 128 + ended_by;
}

/// Google Benchmark's flags stand between paceline's and what follows all flags.
int print_help(CLI::App& app) {
  const std::string footer = app.get_footer();
  app.footer("");
  bool is_written = write_text(stdout, app.help() + "\nGoogle Benchmark's own:\n");
  benchmark::PrintDefaultHelp();
  if (!footer.empty()) is_written = write_text(stdout, '\n' + footer + '\n') && is_written;
  return is_written ? 0 : 1;
}

/// Whether results were lost on the standard output. A reader that has gone away wants no more.
bool lost_output() {
  std::cout.flush();
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout;
  if (is_written) return false;
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) < 1 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

/// A sentence when the file of results cannot be written. It is left as it is.
std::string why_not_writable(const OutFile& file) {
  if (file.name.empty()) return {};
  const bool was_there = std::filesystem::exists(file.name);
  const Descriptor opened(
      ::open(file.name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (!opened.is_open() && errno != ENXIO) {
    return fmt::format("--benchmark_out={} cannot be written: {}; name another file", file.name,
                       std::strerror(errno));
  }
  if (!was_there) ::unlink(file.name.c_str());
  return {};
}

/// How many benchmarks --benchmark_filter leaves. Nothing is run, shown or written.
std::size_t count_benchmarks(const std::string& program, std::vector<std::string> arguments) {
  std::erase_if(arguments, [](const std::string& argument) {
    return argument.starts_with("--benchmark_context");
  });
  arguments.insert(arguments.end(), {"--benchmark_list_tests=true", "--benchmark_out="});
  BenchmarkArguments listed(program, std::move(arguments));
  benchmark::Initialize(&listed.count(), listed.data());
  benchmark::ConsoleReporter nowhere;
  std::ostream nothing(nullptr);
  nowhere.SetOutputStream(&nothing);
  nowhere.SetErrorStream(&nothing);
  return benchmark::RunSpecifiedBenchmarks(&nowhere);
}

ValidRows::Columns columns_of(const std::string& format) {
  return format == "csv" ? ValidRows::Columns::fixed : ValidRows::Columns::free;
}

void warn_of_columns(const ValidRows& rows) {
  if (rows.left_out().empty()) return;
  Session::global().warn(
      fmt::format("the CSV has no column for {}, which the first run had not; use JSON",
                  fmt::join(rows.left_out(), ", ")));
}

/// A sentence when the results could not all be written.
std::string run_with_rows(const OutFile& file, const std::vector<std::string>& arguments) {
  Session& session = Session::global();
  const std::string format =
      flag_value(arguments, "--benchmark_format=", "BENCHMARK_FORMAT", "console");
  ValidRows display(*benchmark::CreateDefaultDisplayReporter(), session.gate(), columns_of(format),
                    all_counters());
  // How Debian builds Google Benchmark does not change what is measured here.
  LineFilter errors(std::cerr, "***WARNING*** Library was built as DEBUG");
  display.SetErrorStream(&errors);
  if (file.name.empty()) {
    benchmark::RunSpecifiedBenchmarks(&display);
    warn_of_columns(display);
    return {};
  }
  const auto written = make_reporter(file);
  ValidRows valid(*written, session.gate(), columns_of(file.format), all_counters());
  PercentileRows with_percentiles(valid, session.options().rows);
  ProbeRows with_probes(with_percentiles, session.probes());
  benchmark::RunSpecifiedBenchmarks(&display, &with_probes);
  warn_of_columns(valid);
  if (!with_percentiles.is_written()) {
    return fmt::format("the results could not all be written to {}: make room on its disk",
                       file.name);
  }
  if (with_percentiles.failed() == 0) return {};
  return fmt::format("{} of the runs failed, and are not in {}", with_percentiles.failed(),
                     file.name);
}

void say_verdicts() {
  Session& session = Session::global();
  const std::vector<std::string> verdicts = session.verdicts().lines();
  if (verdicts.empty()) return;
  session.say("");
  session.say("What bounded each run:");
  for (const std::string& verdict : verdicts) session.say("  " + verdict);
}

/// `count`: how many runs --benchmark_filter leaves.
void say_planned_time(const Suite& suite, const std::vector<std::string>& arguments,
                      std::size_t count) {
  const std::string repetitions =
      flag_value(arguments, "--benchmark_repetitions=", "BENCHMARK_REPETITIONS", "1");
  const auto time = suite.planned_time() * std::stoll(repetitions);
  if (time <= std::chrono::minutes(1)) return;
  const bool has_filter =
      !flag_value(arguments, "--benchmark_filter=", "BENCHMARK_FILTER", {}).empty();
  const std::string each = repetitions == "1" ? "" : ", each " + repetitions + " times";
  Session::global().say(fmt::format("{} run{}{}: {} {} at the rate{} asked for", count,
                                    count == 1 ? "" : "s", each, has_filter ? "at most" : "about",
                                    long_time_text(time), count == 1 ? "" : "s"));
}

int run_benchmarks(Suite& suite, const std::string& program,
                   const std::vector<std::string>& arguments) {
  Session& session = Session::global();
  const OutFile file = read_out_file(arguments);
  const bool only_lists = has_flag(arguments, "--benchmark_list_tests");
  std::size_t count = 0;
  if (!only_lists) {
    count = count_benchmarks(program, arguments);
    if (count == 0) {
      return refuse("--benchmark_filter matches no run; --benchmark_list_tests shows all");
    }
    if (const std::string why = why_not_writable(file); !why.empty()) return refuse(why);
  }
  // Later flags win: the user's over these, which undo what was set to count.
  std::vector<std::string> all{"--benchmark_list_tests=false", "--benchmark_out=" + file.name,
                               "--benchmark_counters_tabular=true"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  BenchmarkArguments given(program, std::move(all));
  benchmark::Initialize(&given.count(), given.data());
  if (benchmark::ReportUnrecognizedArguments(given.count(), given.data())) return 1;
  std::string why = only_lists ? std::string() : suite.check();
  if (why.empty()) {
    if (!only_lists) say_planned_time(suite, arguments, count);
    why = run_with_rows(file, arguments);
  }
  say_verdicts();
  if (lost_output()) session.fail("the results could not all be written to the standard output");
  if (ended_by != 0 && !session.failed()) return 128 + ended_by;
  if (!why.empty() && !session.failed()) return refuse(why);
  return session.failed() ? 1 : 0;
}

int run_suite(Suite& suite, const Options& options, const std::string& program,
              const std::vector<std::string>& arguments) {
  Session& session = Session::global();
  if (const std::string why = session.open(options, suite.needs_api()); !why.empty()) {
    return refuse(why);
  }
  // The first request, which may wait for a server that is starting, can be ended too.
  set_end_handlers(on_end);
  int code = 0;
  if (const std::string why = suite.register_benchmarks(); !why.empty()) {
    code = refuse_unless_ended(why);
  } else if (suite.has_work()) {
    add_context(options, session.gate()->shown(suite.hosts()));
    code = run_benchmarks(suite, program, arguments);
  }
  set_end_handlers(SIG_DFL);
  session.close();
  if (code == 0 && session.failed()) code = 1;
  benchmark::Shutdown();
  return code;
}

}  // namespace

std::string Suite::hosts() const {
  return host_of(Session::global().api().url);
}

int run_program(int argc, char** argv, Suite& suite) {
  open_missing_standard_streams();
  // A server that closes a TLS connection must not end the program, nor a reader of its output.
  std::signal(SIGPIPE, SIG_IGN);
  Session& session = Session::global();
  session.learn_secrets({argv, argv + argc});
  const std::string program = session.gate()->shown(argv[0]);
  CLI::App app("Rate-limited HTTP and LLM API benchmarks, on Google Benchmark");
  app.name(std::filesystem::path(program).filename());
  app.set_help_flag();
  set_help_layout(app);
  app.allow_extras();
  // As Google Benchmark does with its own flags: the last one counts.
  app.option_defaults()->take_last();
  Options options;
  suite.add_flags(app, options);
  add_flags(app, options);
  std::vector<std::string> rest;
  if (const std::string why = parse(app, argc, argv, rest); !why.empty()) return refuse(why);
  if (has_flag(rest, "--help") || has_flag(rest, "-h")) return print_help(app);
  if (has_flag(rest, "--version")) {
    return write_text(stdout, version_text(app.get_name())) ? 0 : 1;
  }
  std::vector<std::string> known = names_of_flags(app);
  known.emplace_back("--version");
  if (std::string why = why_not_benchmark_flags(rest, known); !why.empty()) {
    return refuse(why);
  }
  return run_suite(suite, options, program, rest);
}

int run_program(int argc, char** argv) {
  Suite registered_before_main;
  return run_program(argc, argv, registered_before_main);
}

}  // namespace paceline
