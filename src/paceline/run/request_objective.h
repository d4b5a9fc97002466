#pragma once

#include <chrono>
#include <optional>

namespace paceline {

/// How long a request took, from its first send, and from its due time where it says so.
struct RequestTimes {
  std::chrono::nanoseconds latency{0};
  std::chrono::nanoseconds due_latency{0};
  /// To the first token. A response that does not stream has it with the last.
  std::chrono::nanoseconds ttft{0};
  /// Time per output token after the first; nothing where there is no time between tokens.
  std::optional<std::chrono::nanoseconds> tpot;
};

/// What a request is to stay below, each empty where it may take any time.
struct RequestObjective {
  std::optional<std::chrono::nanoseconds> latency;
  std::optional<std::chrono::nanoseconds> due_latency;
  std::optional<std::chrono::nanoseconds> ttft;
  std::optional<std::chrono::nanoseconds> tpot;

  /// Of a request that succeeded.
  bool is_met_by(const RequestTimes& times) const;
};

}  // namespace paceline
