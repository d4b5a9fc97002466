#include <paceline/pace/schedule.h>

#include <cmath>
#include <random>

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

/// Random numbers with the same sequence with every standard library, whose distributions differ.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  /// Uniform in (0, 1].
  double uniform() { return pace::uniform(bits_()) + 0x1p-53; }
  /// Exponential with mean 1, by inverse transform sampling.
  double exponential() { return -std::log(uniform()); }
  /// Normal with mean 0 and deviation 1, by Marsaglia's polar method.
  double normal() {
    if (has_spare_) return has_spare_ = false, spare_;
    double x = 0;
    double y = 0;
    double square = 0;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double factor = std::sqrt(-2 * std::log(square) / square);
    spare_ = y * factor;
    has_spare_ = true;
    return x * factor;
  }

 private:
  std::mt19937_64 bits_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// Draws from a gamma distribution with mean 1, by the method of Marsaglia and Tsang (2000).
class Gamma {
 public:
  /// `variation`: the coefficient of variation, above 0.
  explicit Gamma(double variation)
      : shape_(1 / (variation * variation)),
        // The method needs a shape of at least 1.
        d_(shape_ + (shape_ < 1 ? 1 : 0) - 1.0 / 3),
        c_(1 / std::sqrt(9 * d_)) {}

  double draw(Random& random) const {
    if (shape_ == 1) return random.exponential();
    double drawn = draw_large(random);
    if (shape_ < 1) drawn *= std::pow(random.uniform(), 1 / shape_);
    return drawn / shape_;
  }

 private:
  double draw_large(Random& random) const {
    for (;;) {
      const double normal = random.normal();
      const double root = 1 + c_ * normal;
      if (root <= 0) continue;
      const double cube = root * root * root;
      const double limit = normal * normal / 2 + d_ * (1 - cube + std::log(cube));
      if (std::log(random.uniform()) < limit) return d_ * cube;
    }
  }

  double shape_;
  double d_;
  double c_;
};

class RandomSchedule : public Schedule {
 public:
  RandomSchedule(double burstiness, Rate rate, std::uint64_t seed)
      : mean_ns_(rate.interval_ns()), gaps_(burstiness), random_(seed) {}

  nanoseconds due(std::uint64_t slot) override {
    for (; next_ <= slot; ++next_) due_ns_ += gaps_.draw(random_) * mean_ns_;
    return nanoseconds(std::llround(due_ns_));
  }
  double interval_ns() const override { return mean_ns_; }

 private:
  double mean_ns_;
  Gamma gaps_;
  Random random_;
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
  if (arrivals.are_random()) {
    return std::make_unique<RandomSchedule>(arrivals.burstiness, rate, seed);
  }
  return std::make_unique<ConstantSchedule>(rate);
}

}  // namespace paceline::pace
