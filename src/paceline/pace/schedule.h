#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <paceline/schedule.h>

namespace paceline::pace {

/// Maps the top 53 bits of a random number, as many as a double holds, to [0, 1). Unlike
/// std::uniform_real_distribution, gives the same result with every standard library.
constexpr double uniform(std::uint64_t random_bits) {
  return static_cast<double>(random_bits >> 11U) * 0x1p-53;
}

/// Requests per minute. The rate is kept as a fraction of integers and each due time is computed
/// from it, so due times do not drift.
class Rate {
 public:
  /// Nothing for 0, which means unpaced.
  static std::optional<Rate> per_minute(std::uint64_t requests);

  /// The rate multiplied by `numerator` / `denominator`, which are both above 0.
  Rate times(std::uint64_t numerator, std::uint64_t denominator) const;

  /// Due time of a slot from the start of the schedule, rounded up to nanoseconds.
  std::chrono::nanoseconds due(std::uint64_t slot) const;
  /// Time between two slots in nanoseconds.
  double interval_ns() const {
    return 60e9 * static_cast<double>(minutes_) / static_cast<double>(requests_);
  }

 private:
  Rate(std::uint64_t requests, std::uint64_t minutes) : requests_(requests), minutes_(minutes) {}

  std::uint64_t requests_;
  std::uint64_t minutes_;
};

/// Maps slots to their due times, measured from the start of the run. Not thread-safe.
class Schedule {
 public:
  virtual ~Schedule() = default;
  /// Precondition: `slot` is not less than in any earlier call.
  virtual std::chrono::nanoseconds due(std::uint64_t slot) = 0;
  /// Mean time between two slots in nanoseconds.
  virtual double interval_ns() const = 0;
};

/// `seed` determines random arrivals: the same seed gives the same schedule on every machine.
std::unique_ptr<Schedule> make_schedule(Arrivals arrivals, Rate rate, std::uint64_t seed);

}  // namespace paceline::pace
