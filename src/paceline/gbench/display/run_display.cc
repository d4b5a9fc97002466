#include <paceline/gbench/display/run_display.h>

#include <fmt/format.h>

#include <ctime>

namespace paceline::gbench::display {
namespace {

using Machine = benchmark::BenchmarkReporter::Context;

std::string protocol_text(const Facts& facts) {
  const std::string http = facts.get("http");
  // Unknown before the first response.
  if (http.empty()) return {};
  const std::string tls = facts.get("tls");
  return tls == "none" ? http + ", " : fmt::format("{} with {}, ", http, tls);
}

std::string client_line(const Facts& facts) {
  const std::string model = facts.get("model");
  const std::string version_and_revision = facts.get("paceline");
  return fmt::format(
      "paceline {} -> {}{}: {}libcurl {}{}",
      version_and_revision.substr(0, version_and_revision.find(" (")), facts.get("host"),
      model.empty() ? "" : ", " + model, protocol_text(facts), facts.get("libcurl"),
      facts.get("transport") == "curl" ? "" : ", transport " + facts.get("transport"));
}

std::string machine_line(const Machine& machine) {
  constexpr double hertz_in_mhz = 1e6;
  const benchmark::CPUInfo& cpu = machine.cpu_info;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S %Z", &local);
  std::string line =
      fmt::format("{} on {}, {} CPU{} of {:.0f} MHz", date, machine.sys_info.name, cpu.num_cpus,
                  cpu.num_cpus == 1 ? "" : "s", cpu.cycles_per_second / hertz_in_mhz);
  if (!cpu.load_avg.empty()) line += fmt::format(", load {:.2f}", cpu.load_avg.front());
  if (cpu.scaling == benchmark::CPUInfo::ENABLED) line += ", CPU frequency scaling is on";
  return line;
}

}  // namespace

std::vector<std::string> context_lines(const gbench::Context& context, const Machine& machine) {
  return {client_line(context.facts()), context.gate().shown(machine_line(machine))};
}

RunDisplay::RunDisplay(const gbench::Context& context, Style style)
    : context_(context),
      style_(style),
      others_(style.has_colour ? benchmark::ConsoleReporter::OO_Color
                               : benchmark::ConsoleReporter::OO_None) {}

bool RunDisplay::ReportContext(const Context& machine) {
  for (const std::string& line : context_lines(context_, machine)) {
    GetErrorStream() << line << '\n';
  }
  GetErrorStream().flush();
  // Google Benchmark's console takes the width of names from the context, which it prints too.
  others_.SetOutputStream(&GetOutputStream());
  others_.SetErrorStream(&nowhere_);
  return others_.ReportContext(machine);
}

void RunDisplay::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const auto row = read_row(run, was_paceline_);
    if (row) {
      show(*row);
    } else {
      show_other(run, was_paceline_);
    }
    was_paceline_ = row.has_value();
  }
  out().flush();
}

void RunDisplay::show_other(const Run& run, bool is_first) {
  interrupt();
  if (is_first) {
    out() << '\n';
    others_.begin_part();
  }
  others_.ReportRuns({run});
}

}  // namespace paceline::gbench::display
