#include <paceline/run/cancelled_items.h>

#include <cmath>

#include <paceline/workload/synthetic_text.h>

namespace paceline::run {

bool is_to_be_cancelled(std::uint64_t item, const RunOptions& options) {
  if (!options.cancellation) return false;
  // Keeps the choice apart from other uses of the seed.
  constexpr std::uint64_t purpose = 0x63616e63656c;  // "cancel"
  constexpr int digits = 53;
  const std::uint64_t seed = workload::mixed_bits(options.seed ^ purpose);
  const std::uint64_t bits = workload::mixed_bits(seed ^ item) >> (64 - digits);
  return std::ldexp(static_cast<double>(bits), -digits) < options.cancellation->share;
}

}  // namespace paceline::run
