#include <paceline/run/probe.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace paceline {
namespace {

constexpr std::uint64_t fewest_for_p99 = 100;
constexpr double kept_share = 0.99;
// More than chance explains.
constexpr double standard_errors = 3;

/// As many random arrivals take more or less than their mean time.
double spread_of_rate(const Tally& tally, Arrivals arrivals) {
  if (arrivals == Arrivals::even || tally.sends < 2) return 0;
  return standard_errors / std::sqrt(static_cast<double>(tally.sends - 1));
}

}  // namespace

std::uint64_t requests_to_judge(std::uint64_t rpm, std::chrono::nanoseconds at_least) {
  const std::chrono::duration<double, std::ratio<60>> minutes = at_least;
  const double requests = std::ceil(static_cast<double>(rpm) * minutes.count());
  return std::max(fewest_for_p99, static_cast<std::uint64_t>(requests));
}

std::string why_not_kept(const Tally& tally, const RunOptions& options, const Verdict& verdict) {
  if (!tally.stopped_why.empty()) return "ended early: " + tally.stopped_why;
  if (tally.cut_short) return "cut short";
  const double achieved = tally.achieved_rpm() / static_cast<double>(options.rpm);
  const double lost = 1 - kept_share + spread_of_rate(tally, options.arrivals);
  if (verdict.bound == Bound::client || (tally.sends > 1 && achieved < 1 - lost)) {
    return fmt::format("{}: {}", name_of(verdict.bound), verdict.words);
  }
  const double growth = tally.due_latency_trend.slope();
  if (growth > 1 - kept_share && growth > standard_errors * tally.due_latency_trend.slope_error()) {
    return fmt::format("the server falls behind: latency grew by {:.0f} ms each second",
                       1e3 * growth);
  }
  return {};
}

}  // namespace paceline
