#pragma once

#include <chrono>
#include <cstdint>

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

}  // namespace paceline
