#pragma once

#include <chrono>
#include <optional>

#include <paceline/stats/course.h>
#include <paceline/stats/parts.h>
#include <paceline/tally.h>

namespace paceline::stats {

/// A duration as a number of seconds.
inline double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

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

  /// Adds the tally of another stripe of the same run.
  void merge(const RunTally& other);
};

}  // namespace paceline::stats
