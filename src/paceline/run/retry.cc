#include <paceline/pace/schedule.h>
#include <paceline/run/retry.h>

#include <algorithm>

namespace paceline::run {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds first_backoff = std::chrono::milliseconds(500);
constexpr nanoseconds longest_backoff = std::chrono::seconds(30);
constexpr nanoseconds least_spread = std::chrono::milliseconds(10);

}  // namespace

bool is_worth_retrying(const Outcome& outcome) {
  if (!outcome.failure) return false;
  switch (*outcome.failure) {
    case Failure::connect:
    case Failure::reset:
    case Failure::http_429:
    case Failure::http_5xx:
      return true;
    case Failure::http_4xx:
      return outcome.error.status == 408 || outcome.error.status == 409;
    default:
      return false;
  }
}

std::optional<nanoseconds> Backoff::wait(std::uint32_t tries,
                                         std::optional<nanoseconds> asked_for) {
  if (asked_for) {
    if (*asked_for > longest_) return std::nullopt;
    const nanoseconds spread = std::min(*asked_for / 4, longest_ - *asked_for);
    return *asked_for + up_to(std::max(spread, least_spread));
  }
  const std::uint32_t doublings = std::min(tries - 1, 6U);
  return up_to(std::min({longest_, longest_backoff, first_backoff * (1 << doublings)}));
}

nanoseconds Backoff::up_to(nanoseconds most) {
  const double share = pace::uniform(random_());
  return nanoseconds(static_cast<std::int64_t>(share * static_cast<double>(most.count())));
}

}  // namespace paceline::run
