#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace paceline::endpoint {

/// The values that GET /metrics reports. Counters start at 0 when the endpoint starts.
struct EndpointMetrics {
  /// Responses started so far, by the first digit of their status.
  std::array<std::uint64_t, 6> responses_by_class{};
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;
  /// Tokens sent so far.
  std::uint64_t generated_tokens = 0;
  /// Model responses sent completely.
  std::uint64_t stopped = 0;
  std::uint64_t capped = 0;

  // Of this moment.
  std::size_t running = 0;
  std::size_t waiting = 0;
  std::size_t connections = 0;
  std::size_t body_bytes = 0;
};

/// Puts them into `out` in Prometheus' text format, in place of what it held. Where vLLM has such a
/// metric, it has vLLM's name.
void write_metrics(const EndpointMetrics& metrics, std::string& out);

}  // namespace paceline::endpoint
