#include <endpoint/random_models.h>
#include <paceline/pace/schedule.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace paceline::endpoint {

using std::chrono::nanoseconds;

namespace {

/// The sigma of a lognormal distribution whose p99 is `spread` times its median.
double lognormal_sigma(double spread) {
  // The 99th percentile of the standard normal distribution.
  constexpr double z99 = 2.3263478740408408;
  return std::log(spread) / z99;
}

LatencyModel time_model(nanoseconds median, nanoseconds p99, std::uint64_t seed) {
  return p99.count() == 0 ? LatencyModel::fixed(median)
                          : LatencyModel::lognormal(median, p99, seed);
}

}  // namespace

double NormalDeviates::next() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  // The first number is in (0, 1], since the logarithm of 0 is infinite.
  const double radius = std::sqrt(-2 * std::log(1 - pace::uniform(random_())));
  const double angle = 2 * std::numbers::pi * pace::uniform(random_());
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

LatencyModel LatencyModel::fixed(nanoseconds time) {
  assert(time >= nanoseconds(0));
  return {time, 0, 0};
}

LatencyModel LatencyModel::lognormal(nanoseconds median, nanoseconds p99, std::uint64_t seed) {
  assert(median > nanoseconds(0) && p99 >= median);
  const double spread = static_cast<double>(p99.count()) / static_cast<double>(median.count());
  return {median, lognormal_sigma(spread), seed};
}

LatencyModel::LatencyModel(nanoseconds median, double sigma, std::uint64_t seed)
    : median_(median), sigma_(sigma), deviates_(seed) {}

void LatencyModel::slow_down(double share, double factor) {
  assert(share >= 0 && share <= 1 && factor >= 1);
  slow_share_ = share;
  slow_factor_ = factor;
}

nanoseconds LatencyModel::next() {
  if (is_fixed()) return median_;
  constexpr nanoseconds longest = EndpointOptions::longest_time;
  const double deviate = deviates_.next();
  const double factor = std::exp(sigma_ * deviate) * (is_slow(deviate) ? slow_factor_ : 1);
  const double drawn = static_cast<double>(median_.count()) * factor;
  return nanoseconds(std::llround(std::min(drawn, static_cast<double>(longest.count()))));
}

nanoseconds LatencyModel::sum(std::size_t draws) {
  constexpr nanoseconds longest = 1000 * EndpointOptions::longest_time;
  if (draws == 0) return nanoseconds(0);
  const auto count = static_cast<std::int64_t>(draws);
  if (is_fixed()) return median_ > longest / count ? longest : median_ * count;
  nanoseconds total(0);
  for (std::size_t i = 0; i < draws && total < longest; ++i) total += next();
  return std::min(total, longest);
}

bool LatencyModel::is_slow(double deviate) const {
  // The share of the standard normal distribution that is above the deviate.
  return std::erfc(deviate / std::numbers::sqrt2) / 2 < slow_share_;
}

LengthModel LengthModel::fixed(std::size_t tokens) {
  return {tokens, 0, 0};
}

LengthModel LengthModel::lognormal(std::size_t median, std::size_t p99, std::uint64_t seed) {
  assert(median > 0 && p99 >= median);
  return {median, lognormal_sigma(static_cast<double>(p99) / static_cast<double>(median)), seed};
}

LengthModel::LengthModel(std::size_t median, double sigma, std::uint64_t seed)
    : median_(std::clamp<std::size_t>(median, 1, EndpointOptions::longest_response)),
      sigma_(sigma),
      deviates_(seed) {}

std::size_t LengthModel::next() {
  if (sigma_ == 0) return median_;
  constexpr auto most = static_cast<double>(EndpointOptions::longest_response);
  const double tokens = static_cast<double>(median_) * std::exp(sigma_ * deviates_.next());
  return static_cast<std::size_t>(std::llround(std::clamp(tokens, 1.0, most)));
}

FaultDice::FaultDice(std::vector<FaultShare> shares, std::uint64_t seed)
    : shares_(std::move(shares)), random_(seed) {}

std::optional<Fault> FaultDice::next() {
  if (shares_.empty()) return std::nullopt;
  double place = pace::uniform(random_());
  for (const FaultShare& one : shares_) {
    if (place < one.share) return one.fault;
    place -= one.share;
  }
  return std::nullopt;
}

LatencyModel latency_model(const EndpointOptions& options) {
  LatencyModel model = time_model(options.latency, options.latency_p99, options.seed);
  model.slow_down(options.slow_share, options.slow_factor);
  return model;
}

LatencyModel token_time_model(const EndpointOptions& options) {
  return time_model(options.token_time.value_or(EndpointOptions::default_token_time),
                    options.token_time_p99, options.seed + 1);
}

LengthModel length_model(const EndpointOptions& options) {
  const std::size_t p99 = options.response_tokens_p99;
  return p99 == 0 ? LengthModel::fixed(options.response_tokens)
                  : LengthModel::lognormal(options.response_tokens, p99, options.seed + 2);
}

FaultDice fault_dice(const EndpointOptions& options) {
  return {options.faults.shares, options.seed + 3};
}

}  // namespace paceline::endpoint
