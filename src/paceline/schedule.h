#pragma once

#include <chrono>
#include <cstdint>

namespace paceline {

/// How slots are spread over time: the gaps between them are independent and have a gamma
/// distribution.
struct Arrivals {
  /// The coefficient of variation of the gaps: their standard deviation divided by their mean. 0:
  /// equal gaps. 1: the gaps of a Poisson process, as from many independent users. Above 1: bursts.
  double burstiness = 0;

  /// Whether the due times depend on a seed.
  bool are_random() const { return burstiness > 0; }
};

/// Equal gaps.
inline constexpr Arrivals constant_arrivals{0};
/// Independent arrivals.
inline constexpr Arrivals poisson_arrivals{1};

/// A part of a run, during which the rate is constant or changes linearly.
struct Stage {
  /// How long the stage lasts.
  std::chrono::nanoseconds length{0};
  /// Requests per minute at its begin.
  std::uint64_t first_rpm = 0;
  /// Requests per minute at its end. Both 0: a pause.
  std::uint64_t last_rpm = 0;
};

}  // namespace paceline
