#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <paceline/gbench/reporters.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {

/// Which runs have a timeline in the file of results.
enum class TimelineMode {
  /// Those of more than ten seconds.
  automatic,
  on,
  off,
};

/// The run over time as a JSON object; docs/metrics.md describes it. Slices are a second wide,
/// wider in a run of more seconds than a timeline has slices, and narrower in a run of a few
/// seconds. Precondition: the tally has a timeline, and a request was sent.
std::string timeline_json(const stats::RunTally& tally);

/// The counter with which a run hands its timeline to TimelineRows. No output has it.
inline constexpr char timeline_counter[] = "timeline";

/// Timelines that the file does not have yet. A counter names each, because Google Benchmark passes
/// nothing else from a run to a reporter, and may report runs in another order than it makes them.
class Timelines {
 public:
  explicit Timelines(TimelineMode mode) : mode_(mode) {}

  /// Keeps the run's timeline, and sets `timeline_counter`, if the run is to have a timeline.
  void hand_on(benchmark::UserCounters& counters, const stats::RunTally& tally);
  /// Removes and returns the timeline of a row as JSON, and removes the row's counter; empty if
  /// the row has none.
  std::string take(benchmark::BenchmarkReporter::Run& row);

 private:
  TimelineMode mode_;
  std::vector<std::string> kept_;
};

/// Decorates the reporter that writes the JSON file. A row with a timeline has it as its member
/// "timeline". compare.py and other readers of Google Benchmark's JSON take the members that they
/// know from a row, and pass over others. In the row, a timeline stays with its run when a file is
/// filtered or merged.
///
/// Google Benchmark's reporter writes numbers and a label only, so the member is put in front of
/// the brace that ends the row's text.
class TimelineRows : public ReporterDecorator {
 public:
  /// `json` and `timelines` outlive the decorator.
  TimelineRows(benchmark::BenchmarkReporter& json, Timelines& timelines)
      : ReporterDecorator(json), timelines_(timelines) {}

  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  Timelines& timelines_;
};

}  // namespace paceline::gbench
