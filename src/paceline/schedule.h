#pragma once

#include <string_view>

namespace paceline {

/// How slots are spread over time.
enum class Arrivals {
  even,
  /// Independent arrivals, as from many users: the gaps are exponentially distributed and have the
  /// same mean.
  poisson,
};

/// "even" or "poisson".
constexpr std::string_view name_of(Arrivals arrivals) {
  return arrivals == Arrivals::poisson ? "poisson" : "even";
}

}  // namespace paceline
