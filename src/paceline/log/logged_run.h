#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace paceline {

/// What is kept of one run. Runs with the same name and workload do the same job: each slot asks
/// for the same in all of them, so that a later run can send what an earlier one lacks.
struct LoggedRun {
  /// Such as "chat/complete".
  std::string name{};
  /// A fingerprint of everything that makes the requests.
  std::string workload{};
  /// It sends only slots without a good reply in earlier runs that do the same job.
  bool resumed = false;
  /// By the wall clock, when the run's time is 0.
  std::chrono::system_clock::time_point started{};
  /// Requests per minute; 0: unpaced.
  std::uint64_t rpm = 0;
  std::uint64_t parallel = 0;
  std::uint64_t requests = 0;
  std::uint64_t warmup = 0;
  /// Of the URL, with its port; never with a user or a key.
  std::string host{};
  std::string model{};
};

}  // namespace paceline
