#include <fmt/format.h>

#include <programs/account_limit.h>
#include <programs/grid.h>
#include <utility>

namespace paceline::programs {

std::string limit_text(std::string_view what, const http::RateLimit& limit) {
  const auto rate = http::allowed_rate(limit);
  if (!rate) return {};
  if (!rate->window.empty()) {
    return fmt::format("{} {} {} {}", *limit.limit, what, rate->window == "hour" ? "an" : "a",
                       rate->window);
  }
  return fmt::format("{} {}, which come back at {:.3g} a minute", *limit.limit, what,
                     rate->per_minute);
}

std::vector<std::string> account_lines(const http::RateLimits& limits) {
  std::vector<std::string> lines;
  const auto add = [&lines](std::string_view what, const http::RateLimit& limit) {
    const std::string text = limit_text(what, limit);
    if (text.empty()) return;
    std::string& line = lines.emplace_back("The account may send " + text);
    if (limit.remaining) line += fmt::format("; {} are left now", *limit.remaining);
    line += '.';
  };
  add("requests", limits.requests);
  add("tokens", limits.tokens);
  return lines;
}

Result<std::int64_t> rate_of_account(const http::RateLimit& limit) {
  const auto refuse = [](std::string message) {
    return fail(ErrorCode::invalid_value, std::move(message) + "; give a number");
  };
  const auto rate = http::allowed_rate(limit);
  if (!rate) return refuse("the server tells no limit (x-ratelimit-limit-requests)");
  const std::string text = limit_text("requests", limit);
  if (rate->per_minute < 1) {
    return refuse(fmt::format("the account may send {}, less than one per minute", text));
  }
  if (rate->per_minute > static_cast<double>(most_rpm)) {
    return refuse(
        fmt::format("the account may send {}, more than the highest rate, {}", text, most_rpm));
  }
  return static_cast<std::int64_t>(rate->per_minute);
}

}  // namespace paceline::programs
