#pragma once

namespace paceline {

/// How slots are spread over time.
enum class Arrivals {
  even,
  /// Independent arrivals, as from many users: the gaps are exponentially distributed and have the
  /// same mean.
  poisson,
};

}  // namespace paceline
