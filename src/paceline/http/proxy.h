#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/http/resolver.h>

namespace paceline::http {

/// A proxy for requests.
struct Proxy {
  /// The proxy's URL, in libcurl's syntax.
  std::string url;
  /// Empty where the URL is invalid; libcurl reports that when it connects.
  HostPort at;
  /// Whether the proxy wants the address of the request's host, rather than its name.
  bool wants_address = false;
};

/// The proxies of the environment, from the variables that libcurl reads: http_proxy, https_proxy,
/// all_proxy and no_proxy. They are read as libcurl reads them.
class Proxies {
 public:
  static Proxies from_environment();

  bool any() const { return !by_scheme_.empty(); }
  /// The proxy for requests to that scheme and host; nullptr: none.
  const Proxy* find(const std::string& scheme, const std::string& host) const;

 private:
  std::map<std::string, Proxy> by_scheme_;
  std::string direct_hosts_;
};

/// Whether a value of no_proxy contains the host. The value lists names, which include their
/// subdomains, addresses and networks.
bool is_direct(std::string_view host, std::string_view no_proxy);

}  // namespace paceline::http
