#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/rate_limits.h>
#include <paceline/text/result.h>

namespace paceline::programs {

/// A rate limit as text, such as "14400 requests a day"; empty where the server told none.
std::string limit_text(std::string_view what, const http::RateLimit& limit);

/// The account's rate limits, one line per limit that the server told.
std::vector<std::string> account_lines(const http::RateLimits& limits);

/// The whole number of requests per minute that a limit allows.
Result<std::int64_t> rate_of_account(const http::RateLimit& limit);

}  // namespace paceline::programs
