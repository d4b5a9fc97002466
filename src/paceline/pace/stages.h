#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <paceline/pace/schedule.h>
#include <paceline/schedule.h>

namespace paceline::pace {

/// The rate over time of a run that is made of stages. A slot is due when the integral of the rate
/// reaches the slot's number. The integral is computed in whole numbers, so due times do not drift,
/// and do not jump where two stages meet. After the last stage, the last rate that is not 0 goes
/// on. Times count from the start of the run.
class StagedRate {
 public:
  /// Precondition: a rate is not 0, no rate is above 60,000,000, and each stage has a length of at
  /// most ten days.
  explicit StagedRate(const std::vector<Stage>& stages);

  /// The number of slots that are due in the stages.
  std::uint64_t slots() const;
  /// The number of those that are due in one stage.
  std::uint64_t slots_in(std::size_t stage) const;
  /// The length of all stages together.
  std::chrono::nanoseconds length() const { return end_; }
  std::size_t stages() const { return pieces_.size(); }
  /// The number of the stage at this time; the last one after all stages.
  std::size_t stage_at(std::chrono::nanoseconds time) const;
  /// Requests per minute at this time.
  double rpm_at(std::chrono::nanoseconds time) const;

  /// Rounds up to nanoseconds. A slot that would be due at the very end of a stage is due in the
  /// next stage whose rate is not 0.
  std::chrono::nanoseconds due(std::uint64_t slot) const;
  /// The same of a position between slots.
  std::chrono::nanoseconds time_of(double position) const;

 private:
  __extension__ using Wide = __int128;

  /// A stage with its place in the run.
  struct Piece {
    Stage stage;
    std::chrono::nanoseconds begin;
    /// The integral of the rate at its begin and end, in slots times `scale`.
    Wide counted;
    Wide counted_after;
  };

  /// Makes each integral at the end of a stage a whole number.
  static constexpr std::int64_t scale = 120'000'000'000;

  /// The slots that are due before the integral is `counted`.
  static std::uint64_t slots_before(Wide counted) {
    return static_cast<std::uint64_t>((counted + scale - 1) / scale);
  }
  static Wide doubled_rate(const Stage& stage) {
    return Wide{stage.first_rpm} + Wide{stage.last_rpm};
  }
  std::chrono::nanoseconds time_at(Wide counted) const;
  /// The first nanosecond of a stage at which its integral has reached `counted`.
  static std::chrono::nanoseconds time_in(const Stage& stage, Wide counted);
  /// The first stage during which the integral exceeds `counted`; nullptr: it does so later.
  const Piece* piece_of(Wide counted) const;

  std::vector<Piece> pieces_;
  std::chrono::nanoseconds end_{0};
  std::uint64_t rpm_after_ = 0;
};

/// Slots at this rate. `arrivals` and `seed`: as for make_schedule().
std::unique_ptr<Schedule> make_schedule(Arrivals arrivals, StagedRate rate, std::uint64_t seed);

}  // namespace paceline::pace
