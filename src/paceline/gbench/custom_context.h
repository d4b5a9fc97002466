#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::gbench {

/// Names and versions of the libraries that results depend on.
std::vector<std::pair<std::string, std::string>> library_versions();

/// Adds to Google Benchmark's context the facts that results depend on, beside the machine:
/// paceline's version and revision, the libraries' versions, the hosts, the transport, and the
/// precision of departures.
void add_custom_context(std::string_view hosts, std::string_view transport,
                        std::string_view precision);

/// Adds the HTTP version that was spoken, such as "HTTP/2", and the TLS library, or "none" for a
/// URL without TLS. Call it once in a program.
void add_protocol_context(const std::string& url, const std::string& http_version);

}  // namespace paceline::gbench
