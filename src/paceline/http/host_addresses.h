#pragma once

#include <string>
#include <string_view>

#include <paceline/connection.h>
#include <paceline/text/result.h>

namespace paceline::http {

/// Reads "HOST:PORT:ADDRESS,ADDRESS…", where an IPv6 address may be in brackets. Error:
/// invalid_value.
Result<HostAddresses> parse_host_addresses(std::string_view text);

/// Whether requests to `url` use these addresses, for the host of the URL or for that of its proxy.
bool is_used(const HostAddresses& host, const std::string& url);

}  // namespace paceline::http
