#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace paceline {

/// How far a run is, or one stripe of it.
struct Progress {
  /// Counted requests: all, those that ended, those of them that failed.
  std::uint64_t planned = 0;
  std::uint64_t ended = 0;
  std::uint64_t failed = 0;
  /// Requests that have not ended, those of the warm-up too.
  std::uint64_t left = 0;
  /// Departures so far, those of the warm-up and retries too.
  std::uint64_t departures = 0;
  std::uint64_t in_flight = 0;
  bool is_warming_up = false;
  /// Latency so far, of requests that succeeded at once; 0 while there is none.
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p99{0};
  /// How long it is until the next retry, where nothing else is left to be done before.
  std::optional<std::chrono::nanoseconds> retry_in{};

  /// Adds another stripe of the same run. The latencies become the mean, weighed by the responses:
  /// each stripe is a fair sample of the whole. The run waits for a retry when every stripe that
  /// has requests left does.
  void merge(const Progress& other);
};

}  // namespace paceline
