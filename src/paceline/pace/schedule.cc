#include <paceline/pace/schedule.h>

#include <cmath>
#include <numeric>

#include <paceline/pace/random_positions.h>

namespace paceline::pace {
namespace {

using std::chrono::nanoseconds;

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t minute_ns = 60'000'000'000;

class ConstantSchedule : public Schedule {
 public:
  explicit ConstantSchedule(Rate rate) : rate_(rate) {}
  nanoseconds due(std::uint64_t slot) override { return rate_.due(slot); }
  double interval_ns() const override { return rate_.interval_ns(); }

 private:
  Rate rate_;
};

class RandomSchedule : public Schedule {
 public:
  RandomSchedule(Arrivals arrivals, Rate rate, std::uint64_t seed)
      : mean_ns_(rate.interval_ns()), positions_(arrivals, seed) {}

  nanoseconds due(std::uint64_t slot) override {
    return nanoseconds(std::llround(positions_.of(slot) * mean_ns_));
  }
  double interval_ns() const override { return mean_ns_; }

 private:
  double mean_ns_;
  RandomPositions positions_;
};

}  // namespace

std::optional<Rate> Rate::per_minute(std::uint64_t requests) {
  if (requests == 0) return std::nullopt;
  return Rate(requests, 1);
}

Rate Rate::times(std::uint64_t numerator, std::uint64_t denominator) const {
  const std::uint64_t common = std::gcd(numerator, denominator);
  return {requests_ * (numerator / common), minutes_ * (denominator / common)};
}

std::chrono::nanoseconds Rate::due(std::uint64_t slot) const {
  const Wide scaled = Wide{slot} * minute_ns * minutes_ + (requests_ - 1);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(scaled / requests_));
}

std::unique_ptr<Schedule> make_schedule(Arrivals arrivals, Rate rate, std::uint64_t seed) {
  if (arrivals.are_random()) {
    return std::make_unique<RandomSchedule>(arrivals, rate, seed);
  }
  return std::make_unique<ConstantSchedule>(rate);
}

}  // namespace paceline::pace
