#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <paceline/endpoint.h>

namespace paceline::endpoint {

/// Records the first `capacity` requests. Allocates all its memory in the constructor. One thread
/// records; any thread may read at the same time.
class ArrivalRecord {
 public:
  explicit ArrivalRecord(std::size_t capacity) : entries_(capacity) {}

  /// Records a request, and returns its place for the other functions. A full record ignores it.
  std::size_t arrived(TimePoint when);
  /// Records that `events` events with content were sent, at least one.
  void content(std::size_t place, TimePoint when, std::size_t events);
  /// Records that the end of the response was sent.
  void responded(std::size_t place, TimePoint due, TimePoint when);
  bool full() const { return count_.load(std::memory_order_relaxed) == entries_.size(); }

  /// The requests in the order of arrival, which may differ from the order of recording.
  std::vector<Arrival> all() const;
  /// Times from each event with content to the next one of the same response (ITL).
  Histogram token_gaps() const;

 private:
  struct Entry {
    TimePoint arrived;
    std::atomic<TimePoint> due{TimePoint::max()};
    std::atomic<TimePoint> responded{TimePoint::max()};
    std::atomic<std::uint32_t> content_events{0};
    std::atomic<TimePoint> first_content{TimePoint::max()};
    std::atomic<TimePoint> last_content{TimePoint::max()};
  };

  std::vector<Entry> entries_;
  std::atomic<std::size_t> count_{0};
  mutable std::mutex gaps_mutex_;
  Histogram gaps_;
};

/// Counters for GET /metrics. They start at 0 when the endpoint starts.
struct Metrics {
  /// Responses that began, by the first digit of their status.
  std::array<std::uint64_t, 6> responses_by_class{};
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;
  /// Requests that did not continue their session.
  std::uint64_t broken_sessions = 0;
  /// Tokens that were sent.
  std::uint64_t generated_tokens = 0;
  /// Generated responses that were sent whole and ended by themselves.
  std::uint64_t stopped = 0;
  /// Generated responses that were sent whole and ended at a limit.
  std::uint64_t capped = 0;

  /// Counts a generated response that was sent whole.
  void count_generated(bool is_capped) { ++(is_capped ? capped : stopped); }
};

/// Current values for GET /metrics.
struct Gauges {
  std::size_t running = 0;
  std::size_t waiting = 0;
  std::size_t connections = 0;
  std::size_t body_bytes = 0;
};

/// Replaces `out` with the metrics in Prometheus' text format, with vLLM's names where vLLM has the
/// metric.
void write_metrics(const Metrics& metrics, const Gauges& gauges, std::string& out);

}  // namespace paceline::endpoint
