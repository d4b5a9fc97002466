#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include <paceline/clock.h>
#include <paceline/outcome.h>
#include <paceline/pace/pacer.h>

namespace paceline {

/// A request of a run on its way.
struct PendingRequest {
  /// Its place in the schedule.
  Slot slot{};
  /// Which item of the workload the request asks for.
  std::uint64_t item = 0;
  /// Whether warm-up is over.
  bool is_counted = false;
  /// How often it has been sent.
  std::uint32_t tries = 0;
  /// From the start of the run.
  std::chrono::nanoseconds first_sent{0};
  /// Of its last send: when it was, and how many were in flight then, this one included.
  std::chrono::nanoseconds sent{0};
  std::uint64_t in_flight = 0;
};

/// Whether the same request may succeed when it is sent again: after 408, 409, 429 and 5xx, and
/// after a connection that failed or was reset.
bool is_worth_retrying(const Outcome& outcome);

/// How long to wait before the next try: what the server asks for and up to a quarter more (10 ms
/// at least), since a request that always comes back at the same point of the server's period is
/// refused for ever; else exponential back-off with full jitter, as AWS describes it: anything up
/// to 0.5 s, 1 s, 2 s, … 30 s. No wait is longer than `longest` and those 10 ms.
class Backoff {
 public:
  Backoff(std::uint64_t seed, std::chrono::nanoseconds longest)
      : longest_(longest), random_(seed) {}
  /// `tries`: how many there were. Nothing where the server asks for more than the longest wait.
  std::optional<std::chrono::nanoseconds> wait(std::uint32_t tries,
                                               std::optional<std::chrono::nanoseconds> asked_for);

 private:
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);

  std::chrono::nanoseconds longest_;
  std::mt19937_64 random_;
};

/// What a try came to that is followed by another one. Times are from the start of the run.
struct FailedTry {
  Failure failure{};
  Error error{};
  /// The request's line in the user's batch file.
  std::string name{};
  std::chrono::nanoseconds due{0};
  std::chrono::nanoseconds sent{0};
  std::chrono::nanoseconds done{0};
  long status = 0;
};

/// A request that waits for its next try.
struct Retry {
  PendingRequest pending;
  TimePoint not_before;
  FailedTry last;
};

/// Requests that wait for their next try, the earliest first.
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
