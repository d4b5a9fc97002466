#pragma once

#include <cstdint>
#include <memory>

#include <paceline/schedule.h>

namespace paceline::pace {

/// The places of random slots in a schedule whose slots have a mean distance of 1. The seed
/// determines them: the same on every machine and with every standard library. Not thread-safe.
class RandomPositions {
 public:
  /// Precondition: the arrivals are random.
  RandomPositions(Arrivals arrivals, std::uint64_t seed);
  ~RandomPositions();

  /// Precondition: `slot` is not less than in any earlier call.
  double of(std::uint64_t slot);

 private:
  class Gaps;

  std::unique_ptr<Gaps> gaps_;
  std::uint64_t next_ = 0;
  double position_ = 0;
};

}  // namespace paceline::pace
