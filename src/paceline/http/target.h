#pragma once

#include <map>
#include <memory>
#include <string>

#include <paceline/http/proxy.h>
#include <paceline/http/route.h>
#include <paceline/http/url_parts.h>

namespace paceline {

/// Where requests to one URL go: the URL taken apart once for all of them.
struct Target {
  std::string url;
  /// nullptr where libcurl cannot take the URL apart; the rest is empty then.
  Url parsed;
  std::string scheme;
  /// As it is looked up; an IPv6 address has its brackets.
  std::string host;
  std::string port;
  bool has_userinfo = false;
  /// The proxy in force for the host; nullptr: none. Owned by the Targets.
  const Proxy* proxy = nullptr;
  /// The hosts whose addresses are needed to connect, the proxy's too.
  Route route;
};

/// Takes URLs apart, and keeps those that it was last asked for.
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

}  // namespace paceline
