#pragma once

#include <paceline/stats/course.h>
#include <paceline/stats/levels.h>
#include <paceline/stats/trend.h>
#include <paceline/tally.h>

namespace paceline {

/// A run's tally with how its latency went, from which the verdict tells what bounded the run. Each
/// member's memory has a fixed bound.
struct RunTally : Tally {
  /// Slope of due latency over due time, both in seconds; positive means that the server falls
  /// behind.
  Trend due_latency_trend;
  /// Latency over the time of the send.
  Course course;
  /// Latency over the requests in flight, those of the warm-up too: the lowest levels are at the
  /// start.
  Levels levels;

  /// Adds what another stripe of the same run counted.
  void merge(const RunTally& other);
};

}  // namespace paceline
