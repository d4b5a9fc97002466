#pragma once

#include <benchmark/benchmark.h>

#include <set>
#include <string>
#include <vector>

#include <paceline/gbench/reporters.h>

namespace paceline::gbench {

/// Decorates a reporter so that its rows have only counters that tell a reader something.
///
/// Google Benchmark reports the repetitions of a run together, and their aggregates together. A
/// counter is left out of all of them or of none, so every aggregate is of all repetitions.
class ShownCounters : public ReporterDecorator {
 public:
  /// `inner` outlives the decorator. `hidden`: counters that no row has. `shown_unless_zero`:
  /// counters that the rows of a run have unless the counter is 0 in each of them.
  ShownCounters(benchmark::BenchmarkReporter& inner, const std::vector<std::string>& hidden,
                const std::vector<std::string>& shown_unless_zero)
      : ReporterDecorator(inner),
        hidden_(hidden.begin(), hidden.end()),
        shown_unless_zero_(shown_unless_zero.begin(), shown_unless_zero.end()) {}

  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  std::set<std::string> hidden_;
  std::set<std::string> shown_unless_zero_;
};

}  // namespace paceline::gbench
