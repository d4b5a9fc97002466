#include <paceline/pace/random_positions.h>

#include <cmath>
#include <random>

#include <paceline/pace/schedule.h>

namespace paceline::pace {

/// Draws from a gamma distribution with mean 1, by the method of Marsaglia and Tsang (2000). Uses
/// none of the standard distributions, because their numbers differ between standard libraries.
class RandomPositions::Gaps {
 public:
  /// `variation`: the coefficient of variation, above 0.
  Gaps(double variation, std::uint64_t seed)
      : bits_(seed),
        shape_(1 / (variation * variation)),
        // The method needs a shape of at least 1.
        d_(shape_ + (shape_ < 1 ? 1 : 0) - 1.0 / 3),
        c_(1 / std::sqrt(9 * d_)) {}

  double draw() {
    // Exponential, by inverse transform sampling.
    if (shape_ == 1) return -std::log(uniform());
    double drawn = draw_large();
    if (shape_ < 1) drawn *= std::pow(uniform(), 1 / shape_);
    return drawn / shape_;
  }

 private:
  double draw_large() {
    for (;;) {
      const double x = normal();
      const double root = 1 + c_ * x;
      if (root <= 0) continue;
      const double cube = root * root * root;
      if (std::log(uniform()) < x * x / 2 + d_ * (1 - cube + std::log(cube))) return d_ * cube;
    }
  }

  /// In (0, 1].
  double uniform() { return pace::uniform(bits_()) + 0x1p-53; }

  /// With mean 0 and deviation 1, by Marsaglia's polar method, which makes two numbers at a time.
  double normal() {
    has_spare_ = !has_spare_;
    if (!has_spare_) return spare_;
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
    return x * factor;
  }

  std::mt19937_64 bits_;
  double shape_;
  double d_;
  double c_;
  double spare_ = 0;
  bool has_spare_ = false;
};

RandomPositions::RandomPositions(Arrivals arrivals, std::uint64_t seed)
    : gaps_(std::make_unique<Gaps>(arrivals.burstiness, seed)) {}

RandomPositions::~RandomPositions() = default;

double RandomPositions::of(std::uint64_t slot) {
  for (; next_ <= slot; ++next_) position_ += gaps_->draw();
  return position_;
}

}  // namespace paceline::pace
