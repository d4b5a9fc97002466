#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/gbench/report.h>
#include <paceline/gbench/reporters.h>
#include <paceline/gbench/shown_counters.h>
#include <paceline/gbench/timelines.h>
#include <paceline/gbench/turn_counters.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/numbers.h>
#include <paceline/text/wrapped.h>
#include <poll.h>
#include <programs/agreement.h>
#include <programs/arguments.h>
#include <programs/benchmark_run.h>
#include <programs/progress/terminal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <utility>

namespace paceline::programs {

LineFilter::~LineFilter() {
  LineFilter::sync();
}

int LineFilter::overflow(int letter) {
  if (letter == std::streambuf::traits_type::eof())
    return std::streambuf::traits_type::not_eof(letter);
  line_ += std::streambuf::traits_type::to_char_type(letter);
  if (line_.back() != '\n') return letter;
  if (!line_.starts_with(dropped_)) to_ << line_;
  line_.clear();
  return letter;
}

int LineFilter::sync() {
  const std::size_t common = std::min(line_.size(), dropped_.size());
  if (line_.compare(0, common, dropped_, 0, common) != 0) {
    to_ << line_;
    line_.clear();
  }
  to_.flush();
  return to_ ? 0 : -1;
}

namespace {

/// Whether results were lost on standard output. A reader that has closed the pipe loses none.
bool lost_output() {
  std::cout.flush();
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout;
  if (is_written) return false;
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) < 1 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

/// Checks whether the file of results can be written. Leaves the file unchanged.
Result<void> check_writable(const OutFile& file) {
  if (file.name.empty()) return {};
  const bool was_there = std::filesystem::exists(file.name);
  const loop::Descriptor opened(
      ::open(file.name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
  if (!opened.is_open() && errno != ENXIO) {
    return fail(ErrorCode::file_unwritable,
                fmt::format("--benchmark_out={} cannot be written: {}; name another file",
                            file.name, std::strerror(errno)));
  }
  if (!was_there) ::unlink(file.name.c_str());
  return {};
}

/// How many benchmarks --benchmark_filter selects. Runs, prints and writes nothing.
std::size_t count_benchmarks(const BenchmarkCommand& command) {
  std::vector<std::string> arguments = command.arguments;
  std::erase_if(arguments, [](const std::string& argument) {
    return argument.starts_with("--benchmark_context");
  });
  arguments.insert(arguments.end(), {"--benchmark_list_tests=true", "--benchmark_out="});
  BenchmarkArguments listed(command.program, std::move(arguments));
  benchmark::Initialize(&listed.count(), listed.data());
  benchmark::ConsoleReporter nowhere;
  std::ostream nothing(nullptr);
  nowhere.SetOutputStream(&nothing);
  nowhere.SetErrorStream(&nothing);
  return benchmark::RunSpecifiedBenchmarks(&nowhere);
}

gbench::ValidRows::Columns columns_of(const std::string& format) {
  return format == "csv" ? gbench::ValidRows::Columns::fixed : gbench::ValidRows::Columns::free;
}

void warn_of_columns(const gbench::Context& context, const gbench::ValidRows& rows) {
  if (rows.left_out().empty()) return;
  context.console().warn(
      fmt::format("the CSV has no column for {}, which the first run had not; use JSON",
                  fmt::join(rows.left_out(), ", ")));
}

/// Google Benchmark's table has no column for a mean or a deviation, unless the user asks for its
/// row.
std::vector<std::string> hidden_counters(const BenchmarkCommand& command) {
  const bool is_table = command.console == ConsoleView::table;
  std::vector<std::string> hidden{gbench::timeline_counter};
  if (!is_table || display_format(command.arguments) != "console") return hidden;
  const std::vector<std::string> spread = gbench::spread_counters();
  hidden.insert(hidden.end(), spread.begin(), spread.end());
  std::erase_if(hidden, [&](const std::string& name) {
    return std::find(command.rows.begin(), command.rows.end(), name) != command.rows.end();
  });
  return hidden;
}

/// Only JSON has timelines.
std::vector<std::string> hidden_in_file(bool has_timelines) {
  return has_timelines ? std::vector<std::string>{}
                       : std::vector<std::string>{gbench::timeline_counter};
}

/// Reports nothing, in a process that does not lead.
class SilentReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*runs*/) override {}
};

/// Runs the benchmarks of a process that does not lead.
void run_silently() {
  SilentReporter silent;
  std::ostream nothing(nullptr);
  silent.SetOutputStream(&nothing);
  silent.SetErrorStream(&nothing);
  benchmark::RunSpecifiedBenchmarks(&silent);
}

/// Runs the benchmarks with the reporters of paceline's rows.
Result<void> run_with_rows(const BenchmarkCommand& command, const OutFile& file,
                           gbench::Context& context) {
  if (!context.leads()) {
    run_silently();
    return {};
  }
  const auto& gate = context.settings().gate;
  const auto console = make_console_display(command.console, command.arguments, context);
  gbench::ValidRows shown(*console, gate, columns_of(display_format(command.arguments)),
                          gbench::all_counters());
  gbench::ShownCounters useful_shown(shown, hidden_counters(command), gbench::finish_counters());
  gbench::WholeCpuTime display(useful_shown);
  // Debian's build of Google Benchmark does not affect these measurements.
  LineFilter errors(std::cerr, "***WARNING*** Library was built as DEBUG");
  display.SetErrorStream(&errors);
  if (file.name.empty()) {
    benchmark::RunSpecifiedBenchmarks(&display);
    warn_of_columns(context, shown);
    return {};
  }
  const auto written = gbench::make_file_reporter(file.format);
  gbench::TimelineRows with_timelines(*written, context.timelines());
  const bool is_json = file.format == "json";
  gbench::ValidRows valid(is_json ? with_timelines : *written, gate, columns_of(file.format),
                          gbench::all_counters());
  gbench::ShownCounters useful(valid, hidden_in_file(is_json), gbench::finish_counters());
  gbench::PercentileRows with_percentiles(useful, gbench::with_each_turn(command.rows));
  gbench::WithAddedRows with_added_rows(with_percentiles, context.added_rows());
  gbench::WholeCpuTime with_cpu_time(with_added_rows);
  benchmark::RunSpecifiedBenchmarks(&display, &with_cpu_time);
  warn_of_columns(context, valid);
  if (!with_percentiles.is_written()) {
    return fail(
        ErrorCode::file_unwritable,
        fmt::format("some results could not be written to {}; free space on its disk", file.name));
  }
  if (with_percentiles.failed() == 0) return {};
  return fail(ErrorCode::runs_failed, fmt::format("{} of the runs failed, and are not in {}",
                                                  with_percentiles.failed(), file.name));
}

/// Prints a text below a heading, wrapped if there is a terminal.
void say_wrapped(const gbench::Context& context, const std::string& text) {
  if (!progress::is_terminal(STDERR_FILENO)) return context.console().say("  " + text);
  const std::size_t width = progress::size_of(STDERR_FILENO).width;
  // A secret must not be divided before the gate sees it.
  const std::string shown = text::wrapped(context.gate().shown(text, text.size()), width, 4);
  // Continuation lines are indented further than the first one.
  std::istringstream lines(shown.substr(std::min<std::size_t>(2, shown.size())));
  for (std::string line; std::getline(lines, line);) context.console().say(line);
}

void say_verdicts(gbench::Context& context) {
  const std::vector<std::string> verdicts = context.verdicts().lines();
  if (verdicts.empty()) return;
  context.console().say("");
  context.console().say("What bounded the runs:");
  for (const std::string& verdict : verdicts) say_wrapped(context, verdict);
}

/// Says that no API is measured, to a user who has given no flag.
void say_default_server(const BenchmarkCommand& command, const gbench::Context& context) {
  const bool has_flags = !command.flags.empty() || !command.arguments.empty();
  if (has_flags || context.settings().embedded_url.empty()) return;
  context.console().say(
      "No API was named, so the requests go to the embedded endpoint; "
      "name an API with --paceline_url=URL");
}

std::string repetitions_of(const BenchmarkCommand& command) {
  return flag_value(command.arguments, "--benchmark_repetitions=", "BENCHMARK_REPETITIONS", "1");
}

/// `count`: how many runs --benchmark_filter selects.
void say_planned_time(const BenchmarkCommand& command, const Suite& suite,
                      const gbench::Context& context, std::size_t count) {
  const std::string repetitions = repetitions_of(command);
  const auto time = suite.planned_time() * std::stoll(repetitions);
  if (time <= std::chrono::minutes(1)) return;
  const bool has_filter =
      !flag_value(command.arguments, "--benchmark_filter=", "BENCHMARK_FILTER", {}).empty();
  const std::string each = repetitions == "1" ? "" : ", each " + repetitions + " times";
  context.console().say(fmt::format("{} run{}{}: {} {} at the rate{} asked for", count,
                                    count == 1 ? "" : "s", each, has_filter ? "at most" : "about",
                                    text::long_time_text(time), count == 1 ? "" : "s"));
}

/// Counts the benchmarks, and checks whether the file of results can be written.
Result<std::size_t> count_checked(const BenchmarkCommand& command, const OutFile& file) {
  const std::size_t count = count_benchmarks(command);
  if (count == 0) {
    return fail(ErrorCode::invalid_value,
                "--benchmark_filter matches no run; --benchmark_list_tests shows all");
  }
  if (const auto writable = check_writable(file); !writable) {
    return tl::unexpected(writable.error());
  }
  return count;
}

/// The arguments for Google Benchmark. `leads`: whether this process writes results.
std::vector<std::string> run_arguments(const BenchmarkCommand& command, const OutFile& file,
                                       bool leads) {
  // These flags undo the flags of count_benchmarks(). The user's flags follow, because later flags
  // win.
  std::vector<std::string> all{"--benchmark_list_tests=false", "--benchmark_out=" + file.name,
                               "--benchmark_counters_tabular=true"};
  const std::vector<std::string> colour = colour_arguments();
  all.insert(all.end(), colour.begin(), colour.end());
  all.insert(all.end(), command.arguments.begin(), command.arguments.end());
  if (!leads) all.emplace_back("--benchmark_out=");
  return all;
}

/// Tries the API, and runs the benchmarks. `count`: how many --benchmark_filter selects.
Result<void> check_and_run(const BenchmarkCommand& command, const OutFile& file, Suite& suite,
                           gbench::Context& context, std::size_t count) {
  say_default_server(command, context);
  if (auto checked = agree(context.ranks(), suite.check()); !checked) return checked;
  say_planned_time(command, suite, context, count);
  context.plan_runs(count * std::stoull(repetitions_of(command)));
  return run_with_rows(command, file, context);
}

}  // namespace

Result<void> run_benchmarks(const BenchmarkCommand& command, Suite& suite,
                            gbench::Context& context) {
  const OutFile file = context.leads() ? read_out_file(command.arguments) : OutFile{};
  const bool only_lists = has_flag(command.arguments, "--benchmark_list_tests");
  Result<std::size_t> count = 0;
  if (!only_lists) count = agree(context.ranks(), count_checked(command, file));
  if (!count) return tl::unexpected(count.error());
  // Google Benchmark keeps a pointer to the program's name.
  BenchmarkArguments given(command.program, run_arguments(command, file, context.leads()));
  benchmark::Initialize(&given.count(), given.data());
  if (given.count() > 1) {
    return fail(ErrorCode::invalid_value, fmt::format("unknown argument '{}'", given.data()[1]));
  }
  Result<void> done = only_lists ? run_with_rows(command, file, context)
                                 : check_and_run(command, file, suite, context, *count);
  say_verdicts(context);
  if (lost_output()) {
    context.fail(
        {ErrorCode::file_unwritable, "some results could not be written to the standard output"});
  }
  return done;
}

}  // namespace paceline::programs
