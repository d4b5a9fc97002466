#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace paceline {

/// What is kept of one run. Its name, workload, URL and model are its job: each item asks for the
/// same in all runs of one job, so that a later run can send what an earlier one lacks.
struct LoggedRun {
  /// Such as "chat/complete".
  std::string name{};
  /// What the requests ask, as a JSON object. A text that begins with # is a hash; "lines" are the
  /// hashes of a file's lines (LineHashes).
  std::string workload{};
  /// It sends only items without a good response in earlier runs that do the same job.
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
  /// Where its requests go, without a user, and of a query only a hash. Empty: not known, in logs
  /// of the first schema.
  std::string url{};
  /// What carries its requests, such as "curl".
  std::string transport{};
};

}  // namespace paceline
