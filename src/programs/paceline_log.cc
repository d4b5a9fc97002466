// Writes the requests that --paceline_log kept as JSON lines, in the output format of OpenAI's
// Batch API. Salvages the results of runs whose program was killed.

#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/log/merged_log.h>
#include <paceline/text/console.h>
#include <paceline/workload/batch_line.h>
#include <programs/arguments.h>
#include <programs/flags.h>
#include <programs/help.h>
#include <programs/remedy.h>
#include <programs/salvage.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace paceline::programs {
namespace {

constexpr char footer[] = R"(Examples:
One run of a log, to the terminal and to a file:

  $ paceline_log run.sqlite --run=1
  $ paceline_log run.sqlite --run=1 -o responses.jsonl

The logs of one job as one, such as those of a run of two ranks:

  $ paceline_log run.0.sqlite run.1.sqlite -o responses.jsonl

The results of a run whose program was killed:

  $ paceline_log run.0.sqlite run.1.sqlite --salvage -o run.json)";

struct Flags {
  std::vector<std::string> logs;
  std::string out;
  std::optional<std::int64_t> run;
  bool salvages = false;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

struct Counts {
  std::uint64_t lines = 0;
  std::uint64_t good = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t without_body = 0;
};

/// Such as "'a.sqlite', 'b.sqlite'".
std::string names_of(const std::vector<std::string>& logs) {
  return fmt::format("'{}'", fmt::join(logs, "', '"));
}

std::string table(const log::ListedRuns& runs) {
  std::string text =
      fmt::format("{:>4}  {:24}  {:20}  {:>9}  {:>8}  {:>9}  {:>9}  {}\n", "run", "started (UTC)",
                  "name", "rpm", "parallel", "logged", "good", "model");
  for (const auto& [number, about, started, logged, good, places] : runs) {
    std::string name = about.name;
    if (about.threads > 1) name += fmt::format(" threads:{}", about.threads);
    if (about.ranks > 1) name += fmt::format(" ranks:{}", about.ranks);
    text += fmt::format("{:>4}  {:24}  {:20}  {:>9}  {:>8}  {:>9}  {:>9}  {}{}\n", number, started,
                        name, about.rpm, about.parallel, logged, good, about.model,
                        about.resumed ? " (resumed)" : "");
  }
  return text;
}

/// Checks whether each log has a run of the job of `run`.
Result<void> check_jobs(const Flags& flags, const log::ListedRuns& runs,
                        const log::ListedRun& run) {
  for (std::size_t file = 0; file < flags.logs.size(); ++file) {
    const log::ListedRuns own = log::runs_in(runs, file);
    const bool has_job = std::any_of(own.begin(), own.end(), [&run](const log::ListedRun& other) {
      return log::same_job(other.about, run.about);
    });
    if (has_job) continue;
    const auto differences = log::job_differences(own.back().about, run.about);
    return fail(
        ErrorCode::invalid_value,
        fmt::format("run {} of the log '{}' made other requests than run {}: {}; leave the "
                    "log out, or choose another run with --run",
                    own.back().run, flags.logs[file], run.run, fmt::join(differences, "; ")));
  }
  return {};
}

/// The runs to write: the run that the flags name or else the last one, with the runs that it
/// resumed. Fails if no run is named and other runs would be left out, and for logs of another job.
Result<std::vector<std::int64_t>> choose(const Flags& flags, const log::ListedRuns& runs) {
  for (std::size_t file = 0; file < flags.logs.size(); ++file) {
    if (!log::runs_in(runs, file).empty()) continue;
    return fail(ErrorCode::invalid_value,
                fmt::format("the log '{}' has no runs", flags.logs[file]));
  }
  auto chosen = log::runs_behind(runs, flags.run.value_or(runs.back().run));
  if (chosen.empty()) {
    return fail(ErrorCode::invalid_value,
                fmt::format("there is no run {} in {}, only:\n{}", *flags.run, names_of(flags.logs),
                            table(runs)));
  }
  const auto last = std::find_if(runs.begin(), runs.end(), [&chosen](const log::ListedRun& run) {
    return run.run == chosen.back();
  });
  if (auto checked = check_jobs(flags, runs, *last); !checked) {
    return tl::unexpected(std::move(checked.error()));
  }
  if (!flags.run && chosen.size() < runs.size()) {
    return fail(ErrorCode::invalid_value,
                fmt::format("{} has several runs; choose one with --run N:\n{}",
                            names_of(flags.logs), table(runs)));
  }
  return chosen;
}

/// Checks that the output would not replace a log.
Result<void> check_output(const Flags& flags) {
  std::error_code ignored;
  for (const std::string& log : flags.logs) {
    if (!std::filesystem::equivalent(flags.out, log, ignored)) continue;
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is the log itself; name another file with -o", flags.out));
  }
  return {};
}

/// Opens the output; the standard output needs no opening.
Result<void> open_output(const Flags& flags, File& file) {
  if (flags.out.empty()) return {};
  // Only the owner may read responses. An existing file keeps its mode.
  constexpr mode_t only_mine = S_IRUSR | S_IWUSR;
  const int descriptor =
      ::open(flags.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, only_mine);
  if (descriptor >= 0) file.reset(::fdopen(descriptor, "w"));
  if (file) return {};
  return fail(ErrorCode::file_unwritable,
              fmt::format("cannot write '{}': {}; name a writable file with -o", flags.out,
                          std::strerror(errno)));
}

/// Writes one line per item, and flushes.
Result<void> write_lines(log::MergedLog& log, const std::vector<std::int64_t>& runs, std::FILE* out,
                         Counts& counts) {
  workload::BatchOutput output;
  bool written = true;
  auto read = log.for_each_item(runs, [&](std::int64_t run, const log::RequestRecord& record) {
    const std::string_view line = output.line(run, record);
    written = std::fwrite(line.data(), 1, line.size(), out) == line.size();
    ++counts.lines;
    if (record.error.empty()) ++counts.good;
    if (record.is_cancelled) ++counts.cancelled;
    if (record.error.empty() && record.response.empty()) ++counts.without_body;
    return written;
  });
  if (!read) return read;
  if (written && std::fflush(out) == 0) return {};
  return fail(ErrorCode::file_unwritable,
              fmt::format("cannot write all lines: {}; free disk space, then run this again",
                          std::strerror(errno)));
}

void print_summary(const Flags& flags, const Counts& counts) {
  std::string lines = fmt::format("{} lines: {} good responses, {} failed", counts.lines,
                                  counts.good, counts.lines - counts.good - counts.cancelled);
  if (counts.cancelled > 0) lines += fmt::format(", {} cancelled", counts.cancelled);
  text::say_lines(lines);
  if (counts.without_body == 0) return;
  text::say_lines(fmt::format(
      "{} good responses have \"body\":null, because their texts are not in {}: measure with "
      "--paceline_log_responses to keep them.",
      counts.without_body, names_of(flags.logs)));
}

/// Says which of the written runs have ranks whose logs were not given.
void print_missing_ranks(const log::ListedRuns& runs, const std::vector<std::int64_t>& chosen) {
  for (const log::ListedRun& run : runs) {
    const std::size_t found = log::ranks_in_logs(run);
    if (found >= run.about.ranks) continue;
    if (std::find(chosen.begin(), chosen.end(), run.run) == chosen.end()) continue;
    text::say_lines(fmt::format("run {} has the rows of {} of its {} ranks: name their logs too.",
                                run.run, found, run.about.ranks));
  }
}

Result<void> write_log(const Flags& flags) {
  auto log = log::MergedLog::open(flags.logs);
  if (!log) return tl::unexpected(log.error());
  if (auto checked = check_output(flags); !checked) return checked;
  if (flags.salvages) {
    const auto salvaged = salvage(*log, names_of(flags.logs), flags.out, flags.run);
    if (!salvaged) return tl::unexpected(salvaged.error());
    print_missing_ranks(log->runs(), *salvaged);
    return {};
  }
  const auto chosen = choose(flags, log->runs());
  if (!chosen) return tl::unexpected(chosen.error());

  File file;
  if (auto opened = open_output(flags, file); !opened) return opened;
  Counts counts;
  auto written = write_lines(*log, *chosen, file ? file.get() : stdout, counts);
  if (!written) return written;
  print_summary(flags, counts);
  print_missing_ranks(log->runs(), *chosen);
  return {};
}

}  // namespace
}  // namespace paceline::programs

int main(int argc, char** argv) {
  paceline::text::open_missing_standard_streams();
  CLI::App app(
      "Writes the requests of a job's logs (--paceline_log) as JSON lines in the output format of "
      "OpenAI's Batch API, in the order of their items. A resumed run is written together with "
      "the runs that it resumed. Where an item has several responses, the last good one is "
      "written.");
  paceline::programs::Flags flags;
  app.name("paceline_log");
  paceline::programs::set_help_layout(app);
  app.footer(paceline::programs::footer);
  app.add_option("FILE", flags.logs,
                 "The log; several logs of the same job are read as one, and each item is written "
                 "once")
      ->required()
      ->type_name("");
  app.add_option("-o,--out", flags.out, "File to write, replaced where it exists [standard output]")
      ->type_name("FILE");
  paceline::programs::add_number_flag(app, "--run", flags.run, std::int64_t{1},
                                      std::numeric_limits<std::int64_t>::max(),
                                      "Run to write, where the log has several");
  app.add_flag(
      "--salvage", flags.salvages,
      "Prints the results of runs whose program was killed before it wrote them, and "
      "writes them to --out as --benchmark_out would have. The results lack up to the last "
      "second of a run");
  app.set_version_flag("--version", paceline::programs::version_text("paceline_log"),
                       "Shows the versions of the program and of its libraries");
  if (const auto code = paceline::programs::parse_arguments(app, argc, argv)) return *code;
  const auto written = paceline::programs::write_log(flags);
  if (written) return EXIT_SUCCESS;
  paceline::text::say_lines(paceline::programs::with_remedy(written.error()));
  return EXIT_FAILURE;
}
