#include <paceline/pace/schedule.h>

#include <cmath>
#include <random>

namespace paceline::pace {
namespace {

using std::chrono::nanoseconds;

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t minute_ns = 60'000'000'000;

class EvenSchedule : public Schedule {
 public:
  explicit EvenSchedule(Rate rate) : rate_(rate) {}
  nanoseconds due(std::uint64_t slot) override { return rate_.due(slot); }
  double interval_ns() const override { return rate_.interval_ns(); }

 private:
  Rate rate_;
};

class PoissonSchedule : public Schedule {
 public:
  PoissonSchedule(Rate rate, std::uint64_t seed) : mean_ns_(rate.interval_ns()), random_(seed) {}

  nanoseconds due(std::uint64_t slot) override {
    for (; next_ <= slot; ++next_) due_ns_ += exponential();
    return nanoseconds(std::llround(due_ns_));
  }
  double interval_ns() const override { return mean_ns_; }

 private:
  // Inverse transform sampling: std::exponential_distribution differs between standard libraries.
  double exponential() {
    // One step above [0, 1), since the logarithm of 0 is infinite.
    return -std::log(uniform(random_()) + 0x1p-53) * mean_ns_;
  }

  double mean_ns_;
  std::mt19937_64 random_;
  std::uint64_t next_ = 0;
  double due_ns_ = 0;
};

}  // namespace

std::optional<Rate> Rate::per_minute(std::uint64_t requests) {
  if (requests == 0) return std::nullopt;
  return Rate(requests);
}

std::chrono::nanoseconds Rate::due(std::uint64_t slot) const {
  const Wide scaled = Wide{slot} * minute_ns + (requests_ - 1);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(scaled / requests_));
}

std::unique_ptr<Schedule> make_schedule(Arrivals arrivals, Rate rate, std::uint64_t seed) {
  if (arrivals == Arrivals::poisson) return std::make_unique<PoissonSchedule>(rate, seed);
  return std::make_unique<EvenSchedule>(rate);
}

}  // namespace paceline::pace
