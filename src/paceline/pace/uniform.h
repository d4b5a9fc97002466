#pragma once

#include <cstdint>

namespace paceline::pace {

/// The number in [0, 1) that the top 53 bits of a 64-bit random number make, which is as many as a
/// double holds. Unlike std::uniform_real_distribution, equal with every standard library.
constexpr double uniform(std::uint64_t random_bits) {
  return static_cast<double>(random_bits >> 11U) * 0x1p-53;
}

}  // namespace paceline::pace
