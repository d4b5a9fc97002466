#pragma once

#include <string>
#include <string_view>

#include <paceline/text/result.h>

namespace paceline::http {

/// Fails where requests cannot be sent to `url` over HTTP. The message shows no part of the URL's
/// user and password.
Result<void> check_url(const std::string& url);

/// The same for the base URL of an API, which must not name a resource such as /chat/completions.
Result<void> check_base_url(const std::string& url);

/// "host" or "host:port" of a URL, without user and password, for people to read.
std::string host_of(std::string_view url);

/// The URL before its query, such as "https://host/v1".
std::string_view without_query(std::string_view url);

/// The URL of `path` under a base URL, whose query stays at the end:
/// "https://host/v1?version=2" and "/models" give "https://host/v1/models?version=2".
std::string resource_url(std::string_view base, std::string_view path);

}  // namespace paceline::http
