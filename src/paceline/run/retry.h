#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include <paceline/loop/loop.h>
#include <paceline/run/job.h>
#include <paceline/workload/outcome.h>

namespace paceline {

/// Whether the same request may go better a second time: 408, 409, 429, 5xx, a connection that
/// failed or was reset.
bool is_worth_retrying(const Outcome& outcome, long status);

/// How long to wait before the next try: what the server asks for and up to a quarter more (10 ms
/// at least), since a request that always comes back at the same point of the server's period is
/// refused for ever; else exponential back-off with full jitter, as AWS describes it: anything up
/// to 0.5 s, 1 s, 2 s, … 30 s.
class Backoff {
 public:
  explicit Backoff(std::uint64_t seed) : random_(seed) {}
  /// `tries`: how many there were.
  std::chrono::nanoseconds wait(std::uint32_t tries,
                                std::optional<std::chrono::nanoseconds> asked_for);

 private:
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);

  std::mt19937_64 random_;
};

/// A job that waits for its next try, and what its last one came to.
struct Retry {
  Job job;
  TimePoint not_before;
  Failure failure{};
  std::string why;
};

/// Jobs that wait for their next try, the earliest first.
class RetryQueue {
 public:
  void add(Retry retry);
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  /// When the first may be sent again; there is one.
  TimePoint next() const { return waiting_.front().not_before; }
  Retry take();

 private:
  std::vector<Retry> waiting_;
};

}  // namespace paceline
