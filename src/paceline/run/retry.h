#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include <paceline/clock.h>
#include <paceline/pace/pacer.h>
#include <paceline/workload.h>

namespace paceline::run {

/// A request of a run that is not settled.
struct PendingRequest {
  /// The place in the schedule.
  pace::Slot slot{};
  /// The place among all requests of the run.
  std::uint64_t position = 0;
  /// The item of the workload.
  std::uint64_t item = 0;
  /// The number of the turn in its session, from 0 on; 0 without sessions.
  std::uint64_t turn = 0;
  /// False for requests of the warm-up.
  bool is_counted = false;
  /// The stage in which the first send was due, of a run in stages.
  std::size_t stage = 0;
  /// How often the request has been sent.
  std::uint32_t tries = 0;
  /// The first send, from the start of the run.
  std::chrono::nanoseconds first_sent{0};
  /// The last send, and the requests in flight then, including this one.
  std::chrono::nanoseconds sent{0};
  std::uint64_t in_flight = 0;
};

/// Whether the same request may succeed when it is sent again: after 408, 409, 429 and 5xx, and
/// after a connection that failed or was reset.
bool is_worth_retrying(const Outcome& outcome);

/// Decides how long to wait before the next try.
///
/// If the server asks for a wait, adds a random time of up to a quarter of that wait, or of up to
/// 10 ms if that is longer. Without the addition a retry could always fall into the same part of
/// the server's rate window. Otherwise the wait is exponential back-off with full jitter: a random
/// time up to 0.5 s, 1 s, 2 s, … 30 s. No wait exceeds `longest` by more than 10 ms.
class Backoff {
 public:
  Backoff(std::uint64_t seed, std::chrono::nanoseconds longest)
      : longest_(longest), random_(seed) {}
  /// `tries`: the number of tries so far. Nothing if the server asks for more than the longest
  /// wait.
  std::optional<std::chrono::nanoseconds> wait(std::uint32_t tries,
                                               std::optional<std::chrono::nanoseconds> asked_for);

 private:
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);

  std::chrono::nanoseconds longest_;
  std::mt19937_64 random_;
};

/// A failed try that is followed by another one. Times are from the start of the run.
struct FailedTry {
  Failure failure{};
  /// With the HTTP status.
  Error error{};
  /// Request::name.
  std::string name{};
  std::chrono::nanoseconds due{0};
  std::chrono::nanoseconds sent{0};
  std::chrono::nanoseconds done{0};
  /// Request::part.
  std::uint16_t part = 0;
};

}  // namespace paceline::run
