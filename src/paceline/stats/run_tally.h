#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/stats/course.h>
#include <paceline/stats/parts.h>
#include <paceline/stats/timeline.h>
#include <paceline/stats/turns.h>
#include <paceline/tally.h>

namespace paceline::stats {

/// A duration as a number of seconds.
inline double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// One process's part of a run that several processes make.
struct RankPart {
  std::uint64_t rank = 0;
  /// The process for people, such as "rank 2 (node3)".
  std::string name{};
  /// Requests that the process was to send.
  std::uint64_t planned = 0;
  /// The 99th percentile of the time from the due time to the send.
  std::chrono::nanoseconds late_p99{0};
  /// How far the process may have been from the schedule of rank 0, because no clock is known
  /// exactly; nothing: not measured.
  std::optional<std::chrono::nanoseconds> clock_error{};
  /// Whether the process was lost, so that the tally has no figures of it.
  bool is_lost = false;
};

/// A run's tally with the course of its latency, from which the verdict finds the run's bound. The
/// memory has a fixed size.
struct RunTally : Tally {
  /// Slope of due latency over due time, both in seconds; positive means that the server falls
  /// behind.
  Trend due_latency_trend;
  /// Latency over the time of the send.
  Course course;
  /// Latency over the requests in flight. Includes the warm-up, because the lowest levels are at
  /// the start.
  Levels levels;
  /// The earliest and the latest due time of a departure.
  std::chrono::nanoseconds first_due = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds last_due{0};
  /// The counts of each model, URL and status, if they are asked for.
  std::optional<Parts> parts;
  /// The turns of sessions; empty without sessions.
  Turns turns;
  /// The counts over time, if they are asked for.
  std::optional<Timeline> timeline;
  /// The processes that made the run; empty for one process.
  std::vector<RankPart> ranks;
  /// Of a run in stages, the requests of each stage, by the due time of their first send. Their
  /// `planned` is what was sent.
  std::vector<RunTally> stages;

  /// Whether the other tally has the same groups, as those of one run have.
  bool has_groups_of(const RunTally& other) const;
  /// Notes which process has counted these requests. `name`: as in RankPart.
  void be_of_rank(std::uint64_t rank, const std::string& name);
  /// Notes a process of which nothing is known. Its requests are still to be counted as lost.
  void add_lost_rank(std::uint64_t rank, const std::string& name);
  /// Adds the tally of another stripe of the same run.
  void merge(const RunTally& other);
  /// The largest clock error of any process; nothing if none was measured.
  std::optional<std::chrono::nanoseconds> clock_error() const;
};

}  // namespace paceline::stats
