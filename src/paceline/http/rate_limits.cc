#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/http/rate_limits.h>
#include <paceline/text/numbers.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <string_view>

namespace paceline::http {
namespace {

using std::chrono::nanoseconds;
using Seconds = std::chrono::duration<double>;

/// Servers write larger numbers for "no limit".
constexpr double most_of_a_limit = 1e12;
/// Numbers from here on are Unix times, after 2001; as waits they would be decades.
constexpr double earliest_date = 1e9;

/// At most a day, which also keeps the number within its type.
nanoseconds bounded(double seconds) {
  constexpr double longest = 24 * 3600;
  return nanoseconds(std::llround(std::clamp(seconds, 0.0, longest) * 1e9));
}

RateLimit rate_limit(const Response& response, std::string_view what) {
  const auto number = [&](std::string_view which) -> std::optional<std::uint64_t> {
    auto text = response.header(fmt::format("x-ratelimit-{}-{}", which, what).c_str());
    if (!text) return std::nullopt;
    const auto value = text::take_decimal(*text);
    if (!value || *value > most_of_a_limit) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  };
  RateLimit limit{number("limit"), number("remaining"), std::nullopt};
  const auto reset = response.header(fmt::format("x-ratelimit-reset-{}", what).c_str());
  if (reset) limit.reset = parse_reset(*reset);
  return limit;
}

double seconds_until(double unix_time) {
  return unix_time - static_cast<double>(std::time(nullptr));
}

struct Window {
  std::string_view name;
  double seconds;
};
constexpr Window windows[] = {{"minute", 60}, {"hour", 3'600}, {"day", 86'400}};

}  // namespace

std::optional<nanoseconds> retry_after(const Response& response) {
  if (auto text = response.header("retry-after-ms")) {
    if (const auto milliseconds = text::take_decimal(*text)) {
      const double seconds = *milliseconds / 1e3;
      return bounded(seconds > earliest_date ? seconds_until(seconds) : seconds);
    }
  }
  const auto text = response.header("retry-after");
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  const auto seconds = text::take_decimal(rest);
  if (seconds && rest.empty()) {
    return bounded(*seconds > earliest_date ? seconds_until(*seconds) : *seconds);
  }
  const std::time_t date = curl_getdate(std::string(*text).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return bounded(std::difftime(date, std::time(nullptr)));
}

RateLimits rate_limits(const Response& response) {
  return {rate_limit(response, "requests"), rate_limit(response, "tokens")};
}

std::optional<AllowedRate> allowed_rate(const RateLimit& limit) {
  if (!limit.limit || *limit.limit == 0) return std::nullopt;
  const auto most = static_cast<double>(*limit.limit);
  const double reset = limit.reset ? std::chrono::duration<double>(*limit.reset).count() : 0;
  if (!limit.remaining || *limit.remaining >= *limit.limit || reset <= 0) {
    return AllowedRate{most, "minute"};
  }
  const auto remaining = static_cast<double>(*limit.remaining);
  // If a limit refills steadily, the used share is restored after the same share of the window.
  // Some servers round that time up to whole seconds.
  const bool is_whole_seconds = std::fmod(reset, 1) == 0;
  const double used = most - remaining;
  if (used * 60 / reset >= most) return AllowedRate{most, "minute"};
  for (const Window& window : windows) {
    const double expected = used * window.seconds / most;
    const double rounding = std::max(expected / 10, is_whole_seconds ? 1 : 1e-3);
    if (std::abs(reset - expected) < rounding) {
      return AllowedRate{most * 60 / window.seconds, window.name};
    }
  }
  constexpr double longest_refill = 10;
  if (reset <= longest_refill) return AllowedRate{used * 60 / reset, {}};
  // Otherwise the whole limit is restored when the window ends.
  if (reset <= 60) return AllowedRate{most, "minute"};
  return AllowedRate{remaining * 60 / reset, {}};
}

std::optional<nanoseconds> parse_reset(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  while (!text.empty()) {
    const auto number = text::take_decimal(text);
    if (!number) return std::nullopt;
    const auto unit = text::take_time_unit(text);
    // Some servers write seconds without a unit.
    if (!unit && !text.empty()) return std::nullopt;
    seconds += *number * Seconds(unit.value_or(Seconds(1))).count();
  }
  return bounded(seconds);
}

}  // namespace paceline::http
