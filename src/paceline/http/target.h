#pragma once

#include <curl/curl.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/connection.h>
#include <paceline/http/resolver.h>
#include <paceline/text/result.h>

namespace paceline::http {

/// Fails if requests cannot be sent to `url` over HTTP. The message shows no part of the URL's user
/// and password.
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

/// A proxy for requests.
struct Proxy {
  /// The proxy's URL, in libcurl's syntax.
  std::string url;
  /// Empty if the URL is invalid, which libcurl reports when it connects.
  HostPort at;
  /// Whether the proxy wants the address of the request's host, rather than its name.
  bool wants_address = false;
};

/// The proxies of the environment, from the variables that libcurl reads: http_proxy, https_proxy,
/// all_proxy and no_proxy. The variables are read as libcurl reads them.
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

/// Frees a CURLU handle.
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// A URL parsed by libcurl.
using Url = std::unique_ptr<CURLU, UrlCleanup>;

/// A part of a parsed URL; empty if the URL has no such part. `flags` are CURLU_*.
std::string url_part(const Url& url, CURLUPart which, unsigned flags = 0);

/// The destination of requests to one URL, which is parsed once for all of them.
struct Target {
  std::string url;
  /// nullptr if libcurl cannot parse the URL; the other members are empty then.
  Url parsed;
  std::string scheme;
  /// The host as it is looked up. An IPv6 address has its brackets.
  std::string host;
  std::string port;
  bool has_userinfo = false;
  /// The proxy for the host; nullptr: none. Owned by the Targets.
  const Proxy* proxy = nullptr;
  /// Why libcurl cannot sign requests to the URL; empty if libcurl can.
  std::optional<Error> not_signable;
  /// The hosts whose addresses a connection needs, including the proxy's.
  Route route;
};

/// Parses URLs, and caches recent targets.
class Targets {
 public:
  /// `connection` can say to which addresses requests go.
  explicit Targets(Proxies proxies, const ConnectionOptions& connection = {});
  std::shared_ptr<const Target> find(const std::string& url);

 private:
  std::shared_ptr<const Target> take_apart(const std::string& url) const;

  /// The addresses that the options give for a host; nullptr: none.
  std::shared_ptr<const Addresses> find_given(const HostPort& at) const;

  Proxies proxies_;
  bool has_unix_socket_;
  /// Hosts with given addresses.
  Route given_;
  std::shared_ptr<const Target> last_;
  std::map<std::string, std::shared_ptr<const Target>> others_;
};

}  // namespace paceline::http
