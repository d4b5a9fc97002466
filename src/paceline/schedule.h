#pragma once

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

inline constexpr Arrivals constant_arrivals{0};
inline constexpr Arrivals poisson_arrivals{1};

}  // namespace paceline
