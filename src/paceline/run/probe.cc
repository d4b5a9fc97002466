#include <paceline/run/probe.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace paceline::run {
namespace {

constexpr std::uint64_t fewest_for_p99 = 100;

}  // namespace

std::uint64_t requests_to_judge(std::uint64_t rpm, std::chrono::nanoseconds at_least) {
  const std::chrono::duration<double, std::ratio<60>> minutes = at_least;
  const double requests = std::ceil(static_cast<double>(rpm) * minutes.count());
  return std::max(fewest_for_p99, static_cast<std::uint64_t>(requests));
}

std::string why_not_kept(const stats::RunTally& tally, const RunOptions& options,
                         const Verdict& verdict) {
  if (tally.stopped_why) return "ended early: " + tally.stopped_why->message;
  if (tally.cut_short) return "cut short";
  if (verdict.bound == Bound::client || moved_schedule(tally) ||
      !kept_rate(tally, options.rpm, options.arrivals)) {
    return fmt::format("{}: {}", name_of(verdict.bound), verdict.words);
  }
  if (const auto growth = growth_of_latency(tally)) {
    return fmt::format("the server falls behind: latency grew by {:.0f} ms each second",
                       1e3 * *growth);
  }
  return {};
}

}  // namespace paceline::run
