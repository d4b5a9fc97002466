#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace paceline::run {

/// The progress of a run, or of one stripe of a run.
struct Progress {
  /// Counted requests: planned, ended, and failed among the ended.
  std::uint64_t planned = 0;
  std::uint64_t ended = 0;
  std::uint64_t failed = 0;
  /// Requests that have not ended, with the warm-up.
  std::uint64_t left = 0;
  /// Departures so far, with the warm-up and retries.
  std::uint64_t departures = 0;
  std::uint64_t in_flight = 0;
  bool is_warming_up = false;
  /// Latency so far of requests that succeeded at the first try; 0 while there is none.
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p99{0};
  /// The time until the next retry, where the run waits for nothing else.
  std::optional<std::chrono::nanoseconds> retry_in{};

  /// Adds another stripe of the same run. The latencies become the mean, weighted by responses,
  /// since each stripe is a fair sample of the whole. The run waits for a retry when every stripe
  /// with requests left waits for one.
  void merge(const Progress& other);
};

}  // namespace paceline::run
