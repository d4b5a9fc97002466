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

namespace paceline {

/// What is kept of a run that a search made.
struct Probe {
  /// Such as "chat/complete/probe".
  std::string name;
  std::uint64_t rpm = 0;
  std::uint64_t parallel = 0;
  std::uint64_t requests = 0;
  /// Of one request.
  std::chrono::nanoseconds mean_latency{0};
  std::chrono::nanoseconds cpu_time{0};
  std::string label;
  benchmark::UserCounters counters;
};

/// The probes of the searches that are not yet written, by the benchmark's name; its repetitions in
/// their order.
class ProbeStore {
 public:
  void add(const std::string& benchmark, std::vector<Probe> probes);
  /// Of its first search that has not been taken; empty where there is none.
  std::vector<Probe> take(const std::string& benchmark);

 private:
  std::map<std::string, std::deque<std::vector<Probe>>> searches_;
};

/// Decorates a file reporter: after each search come its probes, each as a run of its own.
/// Google Benchmark knows its runs before the first begins, and a search does not.
class ProbeRows : public ReporterDecorator {
 public:
  /// Both outlive it.
  ProbeRows(benchmark::BenchmarkReporter& file, ProbeStore& probes)
      : ReporterDecorator(file), probes_(probes) {}

  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  ProbeStore& probes_;
};

}  // namespace paceline
