#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace paceline {

/// Requests per minute, kept exactly: due times are computed from the whole number, so that they
/// never drift.
class Rate {
 public:
  /// Nothing for 0, which means unpaced.
  static std::optional<Rate> per_minute(std::uint64_t requests);

  /// The time of a slot from the start of the schedule, rounded up to a nanosecond.
  std::chrono::nanoseconds due(std::uint64_t slot) const;
  /// The time between two slots; its fraction of a nanosecond is left to due().
  double interval_ns() const { return 60e9 / static_cast<double>(requests_); }

 private:
  explicit Rate(std::uint64_t requests) : requests_(requests) {}

  std::uint64_t requests_;
};

}  // namespace paceline
