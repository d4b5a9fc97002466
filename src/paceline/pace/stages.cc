#include <paceline/pace/stages.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include <paceline/pace/random_positions.h>

namespace paceline::pace {
namespace {

using std::chrono::nanoseconds;

class StagedSchedule : public Schedule {
 public:
  explicit StagedSchedule(StagedRate rate) : rate_(std::move(rate)) {}

  nanoseconds due(std::uint64_t slot) override { return last_ = rate_.due(slot); }
  double interval_ns() const override {
    // Where a rate begins or ends at 0, the gaps are long, but finite.
    return 60e9 / std::max(rate_.rpm_at(last_), 1.0);
  }

 protected:
  StagedRate rate_;
  nanoseconds last_{0};
};

class RandomStagedSchedule : public StagedSchedule {
 public:
  RandomStagedSchedule(Arrivals arrivals, StagedRate rate, std::uint64_t seed)
      : StagedSchedule(std::move(rate)), positions_(arrivals, seed) {}

  nanoseconds due(std::uint64_t slot) override {
    return last_ = rate_.time_of(positions_.of(slot));
  }

 private:
  RandomPositions positions_;
};

}  // namespace

StagedRate::StagedRate(const std::vector<Stage>& stages) {
  Wide counted = 0;
  for (const Stage& stage : stages) {
    const Wide after = counted + doubled_rate(stage) * stage.length.count();
    pieces_.push_back({stage, end_, counted, after});
    counted = after;
    end_ += stage.length;
    for (const std::uint64_t rpm : {stage.first_rpm, stage.last_rpm}) {
      if (rpm > 0) rpm_after_ = rpm;
    }
  }
  assert(rpm_after_ > 0);
}

std::uint64_t StagedRate::slots() const {
  return slots_before(pieces_.back().counted_after);
}

std::uint64_t StagedRate::slots_in(std::size_t stage) const {
  const Piece& piece = pieces_[stage];
  return slots_before(piece.counted_after) - slots_before(piece.counted);
}

std::size_t StagedRate::stage_at(nanoseconds time) const {
  const auto next =
      std::upper_bound(pieces_.begin() + 1, pieces_.end(), time,
                       [](nanoseconds at, const Piece& piece) { return at < piece.begin; });
  return static_cast<std::size_t>(next - pieces_.begin()) - 1;
}

double StagedRate::rpm_at(nanoseconds time) const {
  if (time >= end_) return static_cast<double>(rpm_after_);
  const Piece& piece = pieces_[stage_at(time)];
  const auto first = static_cast<double>(piece.stage.first_rpm);
  const double change = static_cast<double>(piece.stage.last_rpm) - first;
  return first + change * static_cast<double>((time - piece.begin).count()) /
                     static_cast<double>(piece.stage.length.count());
}

const StagedRate::Piece* StagedRate::piece_of(Wide counted) const {
  const auto found = std::find_if(pieces_.begin(), pieces_.end(), [counted](const Piece& piece) {
    return piece.counted_after > counted;
  });
  return found == pieces_.end() ? nullptr : &*found;
}

nanoseconds StagedRate::due(std::uint64_t slot) const {
  return time_at(Wide{slot} * scale);
}

nanoseconds StagedRate::time_of(double position) const {
  return time_at(static_cast<Wide>(static_cast<long double>(position) * scale));
}

nanoseconds StagedRate::time_at(Wide counted) const {
  if (const Piece* piece = piece_of(counted)) {
    return piece->begin + time_in(piece->stage, counted - piece->counted);
  }
  return end_ + time_in({{}, rpm_after_, rpm_after_}, counted - pieces_.back().counted_after);
}

nanoseconds StagedRate::time_in(const Stage& stage, Wide counted) {
  const Wide length = stage.length.count();
  const Wide first = stage.first_rpm;
  const Wide change = Wide{stage.last_rpm} - first;
  if (change == 0) {
    return nanoseconds(static_cast<std::int64_t>((counted + 2 * first - 1) / (2 * first)));
  }
  // The integral grows with the time, so half of the remaining stage is left out at each step.
  Wide low = 0;
  Wide high = length;
  while (low < high) {
    const Wide middle = (low + high) / 2;
    const bool is_reached =
        2 * first * middle * length + change * middle * middle >= counted * length;
    (is_reached ? high : low) = is_reached ? middle : middle + 1;
  }
  return nanoseconds(static_cast<std::int64_t>(low));
}

std::unique_ptr<Schedule> make_schedule(Arrivals arrivals, StagedRate rate, std::uint64_t seed) {
  if (arrivals.are_random()) {
    return std::make_unique<RandomStagedSchedule>(arrivals, std::move(rate), seed);
  }
  return std::make_unique<StagedSchedule>(std::move(rate));
}

}  // namespace paceline::pace
