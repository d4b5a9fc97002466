#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace paceline::endpoint {

/// Counters of GET /metrics. They start at 0 when the endpoint starts.
struct Metrics {
  /// Responses that began, by the first digit of their status.
  std::array<std::uint64_t, 6> responses_by_class{};
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;
  /// Tokens that were sent.
  std::uint64_t generated_tokens = 0;
  /// Generated responses that were sent whole, and that ended by themselves.
  std::uint64_t stopped = 0;
  /// Generated responses that were sent whole, and that a limit ended.
  std::uint64_t capped = 0;

  /// A generated response was sent whole.
  void count_generated(bool is_capped) { ++(is_capped ? capped : stopped); }
};

/// Present values of GET /metrics.
struct Gauges {
  std::size_t running = 0;
  std::size_t waiting = 0;
  std::size_t connections = 0;
  std::size_t body_bytes = 0;
};

/// Replaces `out` by the metrics in Prometheus' text format, with vLLM's names where vLLM has the
/// metric.
void write_metrics(const Metrics& metrics, const Gauges& gauges, std::string& out);

}  // namespace paceline::endpoint
