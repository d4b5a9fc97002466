#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/http/resolver.h>

namespace paceline {

/// A proxy for requests.
struct Proxy {
  /// The proxy's URL, in libcurl's syntax.
  std::string url;
  /// Empty where libcurl is to say what is wrong with the URL.
  HostPort at;
  /// Whether the proxy wants the address of the request's host, rather than its name.
  bool wants_address = false;
};

/// The proxies that the environment names, in the variables that libcurl reads (http_proxy,
/// https_proxy, all_proxy and no_proxy), and as it reads them.
class Proxies {
 public:
  static Proxies from_environment();

  bool any() const { return !by_scheme_.empty(); }
  /// For requests to such a URL; nullptr: they go directly.
  const Proxy* find(const std::string& scheme, const std::string& host) const;

 private:
  std::map<std::string, Proxy> by_scheme_;
  std::string direct_hosts_;
};

/// Whether a value of no_proxy has the host in it: names with all below them, addresses, networks.
bool is_direct(std::string_view host, std::string_view no_proxy);

}  // namespace paceline
