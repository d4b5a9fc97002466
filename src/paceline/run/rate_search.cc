#include <fmt/format.h>
#include <paceline/run/rate_search.h>

#include <algorithm>
#include <cmath>

namespace paceline::run {
namespace {

constexpr double close_enough = 1.02;

}  // namespace

RateSearch::RateSearch(std::uint64_t start, std::uint64_t lowest, std::uint64_t highest)
    : start_(std::clamp(start, lowest, highest)), lowest_(lowest), highest_(highest) {}

std::optional<std::uint64_t> RateSearch::next() const {
  if (!missed_) {
    if (met_ == 0) return start_;
    if (met_ == highest_) return std::nullopt;
    return std::min(2 * met_, highest_);
  }
  if (met_ == 0) {
    if (*missed_ == lowest_) return std::nullopt;
    return std::max(*missed_ / 2, lowest_);
  }
  const auto low = static_cast<double>(met_);
  const auto high = static_cast<double>(*missed_);
  if (*missed_ - met_ <= 1 || high <= close_enough * low) return std::nullopt;
  const auto middle = static_cast<std::uint64_t>(std::llround(std::sqrt(low * high)));
  return std::clamp(middle, met_ + 1, *missed_ - 1);
}

void RateSearch::add(bool is_met) {
  const std::optional<std::uint64_t> tried = next();
  if (!tried) return;
  if (is_met) {
    met_ = *tried;
  } else {
    missed_ = *tried;
  }
}

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
