#include <arpa/inet.h>
#include <curl/curl.h>
#include <paceline/http/proxy.h>
#include <paceline/http/target.h>
#include <paceline/text/ascii_case.h>
#include <paceline/text/number.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace paceline::http {
namespace {

std::string first_set(std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

Proxy parse_proxy(std::string url) {
  Proxy proxy{std::move(url), {}, false};
  const Url parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, proxy.url.c_str(),
                              CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    // A host without a scheme.
    const std::string http = "http://" + proxy.url;
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, http.c_str(), 0) != CURLUE_OK) {
      return proxy;
    }
  }
  const std::string scheme = url_part(parsed, CURLUPART_SCHEME);
  proxy.at.host = url_part(parsed, CURLUPART_HOST);
  proxy.at.port = url_part(parsed, CURLUPART_PORT);
  if (proxy.at.port.empty()) proxy.at.port = scheme == "https" ? "443" : "1080";
  proxy.wants_address = scheme == "socks4" || scheme == "socks5";
  return proxy;
}

/// Whether an address is in a network such as "10.0.0.0/8", or is the one that `network` names.
bool is_in_network(int family, std::string_view host, std::string_view network) {
  const std::size_t slash = network.find('/');
  std::array<unsigned char, sizeof(in6_addr)> address{};
  std::array<unsigned char, sizeof(in6_addr)> base{};
  if (inet_pton(family, std::string(host).c_str(), address.data()) != 1 ||
      inet_pton(family, std::string(network.substr(0, slash)).c_str(), base.data()) != 1) {
    return false;
  }
  unsigned bits = family == AF_INET ? 32 : 128;
  if (slash != std::string_view::npos) {
    const auto asked = text::parse_number(network.substr(slash + 1), 0U, bits);
    if (!asked) return false;
    bits = *asked;
  }
  if (std::memcmp(address.data(), base.data(), bits / 8) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((address[bits / 8] ^ base[bits / 8]) >> (8 - rest)) == 0;
}

bool is_name_below(std::string_view host, std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || host.size() < name.size()) return false;
  const std::size_t above = host.size() - name.size();
  return text::ends_with_ignoring_case(host, name) && (above == 0 || host[above - 1] == '.');
}

}  // namespace

Proxies Proxies::from_environment() {
  Proxies proxies;
  const std::string for_http = first_set({"http_proxy", "all_proxy", "ALL_PROXY"});
  const std::string for_https = first_set({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  if (!for_http.empty()) proxies.by_scheme_["http"] = parse_proxy(for_http);
  if (!for_https.empty()) proxies.by_scheme_["https"] = parse_proxy(for_https);
  proxies.direct_hosts_ = first_set({"no_proxy", "NO_PROXY"});
  return proxies;
}

const Proxy* Proxies::find(const std::string& scheme, const std::string& host) const {
  const auto found = by_scheme_.find(scheme);
  if (found == by_scheme_.end() || is_direct(host, direct_hosts_)) return nullptr;
  return &found->second;
}

bool is_direct(std::string_view host, std::string_view no_proxy) {
  if (no_proxy == "*") return true;
  const bool is_six = host.starts_with('[');
  if (is_six) host = host.substr(1, host.find(']') - 1);
  if (host.ends_with('.')) host.remove_suffix(1);
  constexpr std::string_view separators = ", \t";
  while (true) {
    no_proxy.remove_prefix(std::min(no_proxy.find_first_not_of(separators), no_proxy.size()));
    if (no_proxy.empty()) return false;
    std::string_view item = no_proxy.substr(0, no_proxy.find_first_of(separators));
    no_proxy.remove_prefix(item.size());
    if (item.starts_with('[') && item.ends_with(']')) item = item.substr(1, item.size() - 2);
    if (is_in_network(is_six ? AF_INET6 : AF_INET, host, item)) return true;
    if (!is_six && is_name_below(host, item)) return true;
  }
}

}  // namespace paceline::http
