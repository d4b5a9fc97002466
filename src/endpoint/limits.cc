#include <endpoint/limits.h>
#include <fmt/format.h>

#include <algorithm>

namespace paceline::endpoint {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

RateLimiter::RateLimiter(std::uint64_t requests_per_minute, std::uint64_t tokens_per_minute)
    : requests_(make_limit(requests_per_minute)), tokens_(make_limit(tokens_per_minute)) {}

std::optional<RateLimiter::Limit> RateLimiter::make_limit(std::uint64_t a_minute) {
  if (a_minute == 0) return std::nullopt;
  return Limit{a_minute, pace::TokenBudget(a_minute, burst)};
}

std::optional<RateLimiter::Refusal> RateLimiter::take(nanoseconds now, std::uint64_t tokens) {
  if (auto refusal = refuse(requests_, now, "requests", "requests per min (RPM)")) return refusal;
  if (auto refusal = refuse(tokens_, now, "tokens", "tokens per min (TPM)")) return refusal;
  if (requests_) requests_->budget.reserve(now, 1);
  if (tokens_) tokens_->budget.reserve(now, tokens);
  return std::nullopt;
}

std::optional<RateLimiter::Refusal> RateLimiter::refuse(const std::optional<Limit>& limit,
                                                        nanoseconds now, std::string_view type,
                                                        std::string_view name) {
  if (!limit || limit->budget.next_departure() <= now) return std::nullopt;
  const auto wait = limit->budget.next_departure() - now;
  return Refusal{type,
                 fmt::format("Rate limit reached on {}: Limit {}. Please try again in {}.", name,
                             limit->a_minute, reset_text(wait)),
                 wait};
}

std::optional<RateLimiter::Level> RateLimiter::requests(nanoseconds now) const {
  auto found = level(requests_, now);
  // A request that uses up the rest is accepted too.
  if (found && requests_->budget.next_departure() <= now) ++found->remaining;
  return found;
}

std::optional<RateLimiter::Level> RateLimiter::tokens(nanoseconds now) const {
  return level(tokens_, now);
}

std::optional<RateLimiter::Level> RateLimiter::level(const std::optional<Limit>& limit,
                                                     nanoseconds now) {
  if (!limit) return std::nullopt;
  const auto used = std::max(nanoseconds(0), limit->budget.earned_at() - now);
  const auto left = std::max(nanoseconds(0), burst - used);
  const double share = std::chrono::duration<double, std::ratio<60>>(left).count();
  return Level{limit->a_minute,
               static_cast<std::uint64_t>(share * static_cast<double>(limit->a_minute)), used};
}

std::string reset_text(nanoseconds time) {
  const auto whole = std::chrono::ceil<milliseconds>(time);
  if (whole < std::chrono::seconds(1)) return fmt::format("{}ms", whole.count());
  const auto minutes = std::chrono::floor<std::chrono::minutes>(whole);
  const auto seconds = std::chrono::duration<double>(whole - minutes).count();
  return minutes.count() == 0 ? fmt::format("{}s", seconds)
                              : fmt::format("{}m{}s", minutes.count(), seconds);
}

}  // namespace paceline::endpoint
