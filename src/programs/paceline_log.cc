// Writes the requests that --paceline_log kept as JSON lines, in the output format of OpenAI's
// Batch API.

#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/log/log_reader.h>
#include <paceline/text/console.h>
#include <paceline/workload/batch_line.h>
#include <programs/arguments.h>
#include <programs/flags.h>
#include <programs/help.h>
#include <programs/remedy.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <variant>

namespace paceline::programs {
namespace {

constexpr char footer[] = R"(Examples:
One run of a log, to the terminal and to a file:

  $ paceline_log run.sqlite --run=1
  $ paceline_log run.sqlite --run=1 -o responses.jsonl)";

struct Flags {
  std::string log;
  std::string out;
  std::optional<std::int64_t> run;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

struct Counts {
  std::uint64_t lines = 0;
  std::uint64_t good = 0;
  std::uint64_t without_body = 0;
};

std::string table(const std::vector<log::ListedRun>& runs) {
  std::string text =
      fmt::format("{:>4}  {:24}  {:20}  {:>9}  {:>8}  {:>9}  {:>9}  {}\n", "run", "started (UTC)",
                  "name", "rpm", "parallel", "logged", "good", "model");
  for (const auto& [number, about, started, logged, good] : runs) {
    const std::string threads =
        about.threads > 1 ? fmt::format(" threads:{}", about.threads) : std::string();
    text += fmt::format("{:>4}  {:24}  {:20}  {:>9}  {:>8}  {:>9}  {:>9}  {}{}\n", number, started,
                        about.name + threads, about.rpm, about.parallel, logged, good, about.model,
                        about.resumed ? " (resumed)" : "");
  }
  return text;
}

/// The runs to write: the run that the flags name or else the last one, with the runs that it
/// resumed. Fails if no run is named and other runs would be left out.
Result<std::vector<std::int64_t>> choose(const Flags& flags,
                                         const std::vector<log::ListedRun>& runs) {
  if (runs.empty()) {
    return fail(ErrorCode::invalid_value, fmt::format("the log '{}' has no runs", flags.log));
  }
  auto chosen = log::runs_behind(runs, flags.run.value_or(runs.back().run));
  if (chosen.empty()) {
    return fail(ErrorCode::invalid_value, fmt::format("there is no run {} in '{}', only:\n{}",
                                                      *flags.run, flags.log, table(runs)));
  }
  if (!flags.run && chosen.size() < runs.size()) {
    return fail(
        ErrorCode::invalid_value,
        fmt::format("'{}' has several runs; choose one with --run N:\n{}", flags.log, table(runs)));
  }
  return chosen;
}

/// Opens the output; the standard output needs no opening.
Result<void> open_output(const Flags& flags, File& file) {
  if (flags.out.empty()) return {};
  std::error_code ignored;
  if (std::filesystem::equivalent(flags.out, flags.log, ignored)) {
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is the log itself; name another file with -o", flags.out));
  }
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
Result<void> write_lines(log::LogReader& log, const std::vector<std::int64_t>& runs, std::FILE* out,
                         Counts& counts) {
  workload::BatchOutput output;
  bool written = true;
  auto read = log.for_each_item(runs, [&](std::int64_t run, const log::RequestRecord& record) {
    const std::string_view line = output.line(run, record);
    written = std::fwrite(line.data(), 1, line.size(), out) == line.size();
    ++counts.lines;
    if (record.error.empty()) ++counts.good;
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
  text::say_lines(fmt::format("{} lines: {} good responses, {} failed", counts.lines, counts.good,
                              counts.lines - counts.good));
  if (counts.without_body == 0) return;
  text::say_lines(fmt::format(
      "{} good responses have \"body\":null, because their texts are not in '{}': measure with "
      "--paceline_log_responses to keep them.",
      counts.without_body, flags.log));
}

Result<void> write_log(const Flags& flags) {
  auto log = log::LogReader::open(flags.log);
  if (!log) return tl::unexpected(log.error());
  const auto listed = log->runs();
  if (!listed) return tl::unexpected(listed.error());
  const auto chosen = choose(flags, *listed);
  if (!chosen) return tl::unexpected(chosen.error());

  File file;
  if (auto opened = open_output(flags, file); !opened) return opened;
  Counts counts;
  auto written = write_lines(*log, *chosen, file ? file.get() : stdout, counts);
  if (written) print_summary(flags, counts);
  return written;
}

}  // namespace
}  // namespace paceline::programs

int main(int argc, char** argv) {
  paceline::text::open_missing_standard_streams();
  CLI::App app(
      "Writes the requests of a log (--paceline_log) as JSON lines in the output format of "
      "OpenAI's Batch API, in the order of their items. A resumed run is written together with "
      "the runs that it resumed. Where an item has several responses, the last good one is "
      "written.");
  paceline::programs::Flags flags;
  app.name("paceline_log");
  paceline::programs::set_help_layout(app);
  app.footer(paceline::programs::footer);
  app.add_option("FILE", flags.log, "The log")->required()->type_name("");
  app.add_option("-o,--out", flags.out, "File to write, replaced where it exists [standard output]")
      ->type_name("FILE");
  paceline::programs::add_number_flag(app, "--run", flags.run, std::int64_t{1},
                                      std::numeric_limits<std::int64_t>::max(),
                                      "Run to write, where the log has several");
  app.set_version_flag("--version", paceline::programs::version_text("paceline_log"),
                       "Shows the versions of the program and of its libraries");
  if (const auto code = paceline::programs::parse_arguments(app, argc, argv)) return *code;
  const auto written = paceline::programs::write_log(flags);
  if (written) return EXIT_SUCCESS;
  paceline::text::say_lines(paceline::programs::with_remedy(written.error()));
  return EXIT_FAILURE;
}
