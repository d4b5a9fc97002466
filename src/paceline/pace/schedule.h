#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <paceline/pace/rate.h>

namespace paceline {

/// How slots are spread over time.
enum class Arrivals {
  even,
  /// Independent, as many users are: exponential gaps of the same mean.
  poisson,
};

/// Maps a slot to its planned time, from the start of the run.
class Schedule {
 public:
  virtual ~Schedule() = default;
  /// Slots are asked for in ascending order; some may be left out, none asked again.
  virtual std::chrono::nanoseconds due(std::uint64_t slot) = 0;
  /// The mean time between two slots.
  virtual double interval_ns() const = 0;
};

/// `seed` is of random arrivals: the same one gives the same schedule on every machine.
std::unique_ptr<Schedule> make_schedule(Arrivals arrivals, Rate rate, std::uint64_t seed);

}  // namespace paceline
