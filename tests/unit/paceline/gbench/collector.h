#pragma once

#include <benchmark/benchmark.h>

#include <vector>

namespace paceline::gbench {

/// A reporter that keeps the rows it is given.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& reported) override {
    runs.insert(runs.end(), reported.begin(), reported.end());
  }
  std::vector<Run> runs;
};

}  // namespace paceline::gbench
