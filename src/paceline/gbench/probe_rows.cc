#include <paceline/gbench/probe_rows.h>

#include <fmt/format.h>
#include <paceline/stats/run_tally.h>

#include <utility>

namespace paceline::gbench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

Run row_of(const Run& search, Probe probe) {
  Run row;
  row.run_name.function_name = std::move(probe.name);
  row.run_name.args = fmt::format("rpm:{}/parallel:{}", probe.rpm, probe.parallel);
  row.run_name.iterations = fmt::format("iterations:{}", probe.requests);
  row.run_name.time_type = search.run_name.time_type;
  row.family_index = search.family_index;
  row.per_family_instance_index = search.per_family_instance_index;
  row.repetitions = search.repetitions;
  row.repetition_index = search.repetition_index;
  row.threads = search.threads;
  row.time_unit = search.time_unit;
  row.iterations = static_cast<std::int64_t>(probe.requests);
  const auto requests = static_cast<double>(probe.requests);
  row.real_accumulated_time = stats::seconds_of(probe.mean_latency) * requests;
  row.cpu_accumulated_time = stats::seconds_of(probe.cpu_time) * requests;
  row.report_label = std::move(probe.label);
  row.counters = std::move(probe.counters);
  return row;
}

}  // namespace

void ProbeStore::add(const std::string& benchmark, std::vector<Probe> probes) {
  searches_[benchmark].push_back(std::move(probes));
}

std::vector<Probe> ProbeStore::take(const std::string& benchmark) {
  std::deque<std::vector<Probe>>& searches = searches_[benchmark];
  if (searches.empty()) return {};
  std::vector<Probe> probes = std::move(searches.front());
  searches.pop_front();
  return probes;
}

void ProbeRows::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> rows;
  for (const Run& run : runs) {
    rows.push_back(run);
    if (run.run_type != Run::RT_Iteration) continue;
    for (Probe& probe : probes_.take(run.run_name.function_name)) {
      rows.push_back(row_of(run, std::move(probe)));
    }
  }
  inner().ReportRuns(rows);
}

}  // namespace paceline::gbench
