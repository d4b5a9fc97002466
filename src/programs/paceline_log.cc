// Writes the requests that --paceline_log kept as JSON lines, in the output format of OpenAI's
// Batch API.

#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/log/log_reader.h>
#include <paceline/text/write.h>
#include <paceline/workload/batch_output.h>
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

namespace paceline {
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

int fail(const std::string& sentence) {
  say_lines(sentence);
  return EXIT_FAILURE;
}

std::string table(const std::vector<ListedRun>& runs) {
  std::string text =
      fmt::format("{:>4}  {:24}  {:20}  {:>9}  {:>8}  {:>9}  {:>9}  {}\n", "run", "started (UTC)",
                  "name", "rpm", "parallel", "logged", "good", "model");
  for (const auto& [number, about, started, logged, good] : runs) {
    text += fmt::format("{:>4}  {:24}  {:20}  {:>9}  {:>8}  {:>9}  {:>9}  {}{}\n", number, started,
                        about.name, about.rpm, about.parallel, logged, good, about.model,
                        about.resumed ? " (resumed)" : "");
  }
  return text;
}

/// The runs to write: those behind the one that was asked for, else behind the last, where that
/// leaves none out. The string is a sentence.
std::variant<std::vector<std::int64_t>, std::string> choose(const Flags& flags,
                                                            const std::vector<ListedRun>& runs) {
  if (runs.empty()) return fmt::format("the log '{}' has no runs", flags.log);
  auto chosen = runs_behind(runs, flags.run.value_or(runs.back().run));
  if (chosen.empty()) {
    return fmt::format("there is no run {} in '{}', only:\n{}", *flags.run, flags.log, table(runs));
  }
  if (!flags.run && chosen.size() < runs.size()) {
    return fmt::format("'{}' has several runs; choose one with --run N:\n{}", flags.log,
                       table(runs));
  }
  return chosen;
}

/// Why the output could not be opened; the standard output needs no opening.
std::optional<std::string> open_output(const Flags& flags, File& file) {
  if (flags.out.empty()) return std::nullopt;
  std::error_code ignored;
  if (std::filesystem::equivalent(flags.out, flags.log, ignored)) {
    return fmt::format("'{}' is the log itself; name another file with -o", flags.out);
  }
  // Responses are nobody else's. A file that is there keeps its mode.
  constexpr mode_t only_mine = S_IRUSR | S_IWUSR;
  const int descriptor =
      ::open(flags.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, only_mine);
  if (descriptor >= 0) file.reset(::fdopen(descriptor, "w"));
  if (file) return std::nullopt;
  return fmt::format("cannot write '{}': {}; name a file that can be written with -o", flags.out,
                     std::strerror(errno));
}

/// Writes a line per item, and flushes. Returns a sentence if that fails.
std::optional<std::string> write_lines(LogReader& log, const std::vector<std::int64_t>& runs,
                                       std::FILE* out, Counts& counts) {
  BatchOutput output;
  bool written = true;
  const auto read = log.for_each_item(runs, [&](std::int64_t run, const RequestRecord& record) {
    const std::string_view line = output.line(run, record);
    written = std::fwrite(line.data(), 1, line.size(), out) == line.size();
    ++counts.lines;
    if (record.error.empty()) ++counts.good;
    if (record.error.empty() && record.response.empty()) ++counts.without_body;
    return written;
  });
  if (!read) return with_remedy(read.error());
  if (written && std::fflush(out) == 0) return std::nullopt;
  return fmt::format("cannot write all lines: {}; free disk space, then run this again",
                     std::strerror(errno));
}

void print_summary(const Flags& flags, const Counts& counts) {
  say_lines(fmt::format("{} lines: {} good responses, {} failed", counts.lines, counts.good,
                        counts.lines - counts.good));
  if (counts.without_body == 0) return;
  say_lines(fmt::format(
      "{} good responses have \"body\":null, because their texts are not in '{}': measure with "
      "--paceline_log_responses to keep them.",
      counts.without_body, flags.log));
}

int write_log(const Flags& flags) {
  auto log = LogReader::open(flags.log);
  if (!log) return fail(with_remedy(log.error()));
  const auto listed = log->runs();
  if (!listed) return fail(with_remedy(listed.error()));
  const auto chosen = choose(flags, *listed);
  if (const auto* sentence = std::get_if<std::string>(&chosen)) return fail(*sentence);

  File file;
  if (const auto trouble = open_output(flags, file)) return fail(*trouble);
  Counts counts;
  const auto trouble = write_lines(*log, std::get<std::vector<std::int64_t>>(chosen),
                                   file ? file.get() : stdout, counts);
  if (trouble) return fail(*trouble);
  print_summary(flags, counts);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  paceline::open_missing_standard_streams();
  CLI::App app(
      "Writes the requests of a log (--paceline_log) as JSON lines in the output format of "
      "OpenAI's Batch API, in the order of their items. A resumed run is written together with "
      "the runs that it resumed. Where an item has several responses, the last good one is "
      "written.");
  paceline::Flags flags;
  app.name("paceline_log");
  paceline::set_help_layout(app);
  app.footer(paceline::footer);
  app.add_option("FILE", flags.log, "The log")->required()->type_name("");
  app.add_option("-o,--out", flags.out, "File to write, replaced where it exists [standard output]")
      ->type_name("FILE");
  paceline::add_number_flag(app, "--run", flags.run, std::int64_t{1},
                            std::numeric_limits<std::int64_t>::max(),
                            "Run to write, where the log has several");
  app.set_version_flag("--version", paceline::version_text("paceline_log"),
                       "Shows the versions of the program and of its libraries");
  if (const auto code = paceline::parse_arguments(app, argc, argv)) return *code;
  return paceline::write_log(flags);
}
