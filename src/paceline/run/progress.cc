#include <paceline/run/progress.h>

#include <algorithm>

namespace paceline::run {
namespace {

using std::chrono::nanoseconds;

nanoseconds mean_of(nanoseconds one, std::uint64_t weight, nanoseconds other,
                    std::uint64_t other_weight) {
  const auto total = static_cast<double>(weight + other_weight);
  if (total <= 0) return nanoseconds(0);
  const double share = static_cast<double>(other_weight) / total;
  return one + std::chrono::duration_cast<nanoseconds>((other - one) * share);
}

std::optional<nanoseconds> sooner_retry(const Progress& one, const Progress& other) {
  if (one.left == 0) return other.retry_in;
  if (other.left == 0) return one.retry_in;
  if (!one.retry_in || !other.retry_in) return std::nullopt;
  return std::min(*one.retry_in, *other.retry_in);
}

}  // namespace

void Progress::merge(const Progress& other) {
  const std::uint64_t responses = ended - failed;
  const std::uint64_t other_responses = other.ended - other.failed;
  retry_in = sooner_retry(*this, other);
  p50 = mean_of(p50, responses, other.p50, other_responses);
  p99 = mean_of(p99, responses, other.p99, other_responses);
  planned += other.planned;
  ended += other.ended;
  failed += other.failed;
  left += other.left;
  departures += other.departures;
  in_flight += other.in_flight;
  is_warming_up = is_warming_up && other.is_warming_up;
}

}  // namespace paceline::run
