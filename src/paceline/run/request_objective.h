#pragma once

#include <chrono>
#include <optional>

namespace paceline {

/// The times of a request. They count from its first send, except due_latency.
struct RequestTimes {
  std::chrono::nanoseconds latency{0};
  /// From the due time.
  std::chrono::nanoseconds due_latency{0};
  /// To the first token. In a response that does not stream, the first token comes with the last.
  std::chrono::nanoseconds ttft{0};
  /// Time per output token after the first; nothing where no time between tokens is known.
  std::optional<std::chrono::nanoseconds> tpot;
};

/// Upper limits of a request's times. Nothing: no limit.
struct RequestObjective {
  std::optional<std::chrono::nanoseconds> latency;
  std::optional<std::chrono::nanoseconds> due_latency;
  std::optional<std::chrono::nanoseconds> ttft;
  std::optional<std::chrono::nanoseconds> tpot;

  /// Whether a request that succeeded with these times met the objective.
  bool is_met_by(const RequestTimes& times) const {
    const auto is_below = [](std::optional<std::chrono::nanoseconds> time,
                             std::optional<std::chrono::nanoseconds> limit) {
      return !limit || !time || *time < *limit;
    };
    return is_below(times.latency, latency) && is_below(times.due_latency, due_latency) &&
           is_below(times.ttft, ttft) && is_below(times.tpot, tpot);
  }
};

}  // namespace paceline
