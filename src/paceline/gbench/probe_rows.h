#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <paceline/gbench/reporter_decorator.h>

namespace paceline::gbench {

/// Result of one run of a search.
struct Probe {
  /// Such as "chat/complete/probe".
  std::string name;
  std::uint64_t rpm = 0;
  std::uint64_t parallel = 0;
  std::uint64_t requests = 0;
  /// Per request.
  std::chrono::nanoseconds mean_latency{0};
  std::chrono::nanoseconds cpu_time{0};
  std::string label;
  benchmark::UserCounters counters;
};

/// Probes of searches that the file does not have yet, by the benchmark's name. The repetitions of
/// a benchmark are kept in their order.
class ProbeStore {
 public:
  void add(const std::string& benchmark, std::vector<Probe> probes);
  /// Takes the probes of the benchmark's earliest search; empty where no search is left.
  std::vector<Probe> take(const std::string& benchmark);

 private:
  std::map<std::string, std::deque<std::vector<Probe>>> searches_;
};

/// Decorates a file reporter. After each search, the search's probes follow as runs of their own.
/// Google Benchmark itself must know all runs before the first one starts.
class ProbeRows : public ReporterDecorator {
 public:
  /// `file` and `probes` outlive the decorator.
  ProbeRows(benchmark::BenchmarkReporter& file, ProbeStore& probes)
      : ReporterDecorator(file), probes_(probes) {}

  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  ProbeStore& probes_;
};

}  // namespace paceline::gbench
