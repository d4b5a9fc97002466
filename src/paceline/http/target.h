#pragma once

#include <curl/curl.h>

#include <map>
#include <memory>
#include <string>

#include <paceline/http/proxy.h>
#include <paceline/http/resolver.h>

namespace paceline::http {

/// Frees a CURLU handle.
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// A URL parsed by libcurl.
using Url = std::unique_ptr<CURLU, UrlCleanup>;

/// A part of a parsed URL; empty where the URL has no such part. `flags` are CURLU_*.
std::string url_part(const Url& url, CURLUPart which, unsigned flags = 0);

/// Where the requests to one URL go. The URL is parsed once for all of them.
struct Target {
  std::string url;
  /// nullptr where libcurl cannot parse the URL; the rest is empty then.
  Url parsed;
  std::string scheme;
  /// As the host is looked up. An IPv6 address has its brackets.
  std::string host;
  std::string port;
  bool has_userinfo = false;
  /// The proxy in force for the host; nullptr: none. Owned by the Targets.
  const Proxy* proxy = nullptr;
  /// The hosts that have to be looked up before a connection, the proxy's too.
  Route route;
};

/// Parses URLs, and keeps the targets that were asked for last.
class Targets {
 public:
  explicit Targets(Proxies proxies) : proxies_(std::move(proxies)) {}
  std::shared_ptr<const Target> find(const std::string& url);

 private:
  std::shared_ptr<const Target> take_apart(const std::string& url) const;

  Proxies proxies_;
  std::shared_ptr<const Target> last_;
  std::map<std::string, std::shared_ptr<const Target>> others_;
};

}  // namespace paceline::http
