#include <paceline/run/verdict.h>

#include <fmt/format.h>
#include <paceline/stats/seconds.h>

#include <chrono>
#include <cmath>

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// More failures than this and a run says little of the rest.
constexpr double failing_ratio = 0.1;
// A reply refused, or a departure held back, counts as bounding from one in a hundred on.
constexpr double bounding_share = 0.01;
constexpr double kept_share = 0.99;
// Standard errors that chance explains.
constexpr double by_chance = 3;
// Later than this by its own fault, a client distorts what it measures.
constexpr nanoseconds late_p50 = milliseconds(1);
constexpr nanoseconds late_p99 = milliseconds(10);
// Without a rate, a thread that never waits is what bounds the run.
constexpr double busy_share = 0.97;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double busy(const Tally& tally) {
  const nanoseconds wall = tally.last_done - tally.first_send;
  if (wall <= nanoseconds(0)) return 0;
  return seconds_of(tally.cpu_time) / static_cast<double>(tally.threads) / seconds_of(wall);
}

bool is_failing(const Tally& tally) {
  const std::uint64_t refused = tally.failed_by(Failure::http_429);
  return share(tally.failed - refused, tally.succeeded + tally.failed) > failing_ratio;
}

Verdict unpaced(const Tally& tally, std::uint64_t parallel) {
  if (busy(tally) > busy_share) {
    return {Bound::client,
            fmt::format("this program used {:.0f}% of a core: the server may be able to do more; "
                        "use Threads(n) in a suite of your own, or a faster core",
                        100 * busy(tally))};
  }
  return {Bound::parallel, fmt::format("as fast as {} in flight allow", parallel)};
}

/// Little's law: what is in flight is the rate times the time that each is.
std::uint64_t parallel_for(double per_second, nanoseconds latency) {
  return static_cast<std::uint64_t>(std::ceil(per_second * seconds_of(latency)));
}

}  // namespace

Verdict judge(const Tally& tally, std::uint64_t rpm, std::uint64_t parallel, Arrivals arrivals) {
  if (is_failing(tally)) {
    return {Bound::failing, fmt::format("{} of {} requests failed; the first: {}", tally.failed,
                                        tally.succeeded + tally.failed, tally.first_failure)};
  }
  if (share(tally.refused_429, tally.sends) > bounding_share) {
    return {Bound::rate_limit,
            fmt::format("the server answered 429 to {} of {} sends: ask for a lower rate",
                        tally.refused_429, tally.sends)};
  }
  if (rpm == 0) return unpaced(tally, parallel);
  if (tally.own_late.quantile(0.5) > late_p50 || tally.own_late.quantile(0.99) > late_p99) {
    return {Bound::client,
            fmt::format("requests left {:.1f} ms late at p99 by this program's own fault: do not "
                        "trust the figures; give it a core of its own, or a lower rate",
                        1e3 * seconds_of(tally.own_late.quantile(0.99)))};
  }
  if (kept_rate(tally, rpm, arrivals)) return {Bound::paced, "the rate was kept"};
  if (share(tally.waits_for_tokens, tally.sends) > bounding_share) {
    return {Bound::rate_limit,
            fmt::format("the token budget allowed {:.0f} RPM of {}", tally.achieved_rpm(), rpm)};
  }
  if (share(tally.waits_for_parallel, tally.sends) <= bounding_share) {
    return {Bound::client,
            fmt::format("stalls of this program left {:.0f} RPM of {}: give it a core of its own",
                        tally.achieved_rpm(), rpm)};
  }
  const double wanted = static_cast<double>(rpm) / 60;
  return {Bound::parallel,
          fmt::format("{} in flight allowed {:.0f} RPM of {}: --paceline_parallel={} would do "
                      "(rate x latency)",
                      parallel, tally.achieved_rpm(), rpm,
                      parallel_for(wanted, tally.latency.quantile(0.99)))};
}

bool kept_rate(const Tally& tally, std::uint64_t rpm, Arrivals arrivals) {
  if (tally.sends < 2) return true;
  const double achieved = tally.achieved_rpm() / static_cast<double>(rpm);
  const double chance =
      arrivals == Arrivals::even ? 0 : by_chance / std::sqrt(static_cast<double>(tally.sends - 1));
  return achieved >= kept_share - chance;
}

std::string_view name_of(Bound bound) {
  switch (bound) {
    case Bound::paced:
      return "paced";
    case Bound::parallel:
      return "parallel-bound";
    case Bound::client:
      return "client-bound";
    case Bound::rate_limit:
      return "rate-limited";
    case Bound::failing:
      return "failing";
  }
  return {};
}

}  // namespace paceline
