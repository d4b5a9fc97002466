#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/http/signable_url.h>
#include <paceline/http/target.h>
#include <paceline/text/gate.h>
#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace paceline::http {
namespace {

bool has_http_scheme(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

std::string why_not_parsed(CURLUcode code) {
  switch (code) {
    case CURLUE_OK:
      return {};
    case CURLUE_BAD_PORT_NUMBER:
      return "give a port from 1 to 65535";
    case CURLUE_NO_HOST:
      return "name a host";
    default:
      return "begin it with http:// or https:// and a host";
  }
}

}  // namespace

Result<void> check_url(const std::string& url) {
  const std::string_view shown = text::without_userinfo(url);
  const auto refuse = [](std::string why) {
    return fail(ErrorCode::invalid_value, std::move(why));
  };
  if (!has_http_scheme(url)) {
    return refuse(
        fmt::format("'{}' is not a URL: begin it with http:// or https:// and a host", shown));
  }
  if (url.find('#') != std::string::npos) {
    return refuse(fmt::format(
        "'{}' has a fragment, which is not sent to servers: remove '#' and the text after it",
        shown));
  }
  const Url parsed(curl_url());
  const std::string why = why_not_parsed(curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0));
  // After three slashes libcurl takes the first part of the path for the host.
  const bool has_host = url.find(":///") == std::string::npos;
  if (why.empty() && has_host) return {};
  return refuse(fmt::format("'{}' is not a URL: {}", shown, has_host ? why : "name a host"));
}

Result<void> check_base_url(const std::string& url) {
  if (auto checked = check_url(url); !checked) return checked;
  std::string_view path = without_query(url);
  while (path.ends_with('/')) path.remove_suffix(1);
  constexpr std::array<std::string_view, 5> resources{"/chat/completions", "/completions",
                                                      "/responses", "/embeddings", "/messages"};
  const auto* named = std::find_if(resources.begin(), resources.end(),
                                   [&](std::string_view name) { return path.ends_with(name); });
  if (named == resources.end()) return {};
  return fail(ErrorCode::invalid_value,
              fmt::format("'{}' names a resource: give the base URL, without '{}'",
                          text::without_userinfo(url), *named));
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return std::string(host.substr(host.rfind('@') + 1));
}

std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find('?'));
}

std::string resource_url(std::string_view base, std::string_view path) {
  std::string_view stem = without_query(base);
  const std::string_view query = base.substr(stem.size());
  while (stem.ends_with('/')) stem.remove_suffix(1);
  return fmt::format("{}{}{}", stem, path, query);
}

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

/// Whether an address is in a network such as "10.0.0.0/8", or equals `network`.
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

namespace {

constexpr std::size_t most_kept = 256;

}  // namespace

std::string url_part(const Url& url, CURLUPart which, unsigned flags) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(url.get(), which, &text, flags);
  // libcurl 7.88 allocates a text even with some errors.
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return code == CURLUE_OK ? text : std::string();
}

Targets::Targets(Proxies proxies, const ConnectionOptions& connection)
    : proxies_(std::move(proxies)), has_unix_socket_(!connection.unix_socket.empty()) {
  for (const HostAddresses& host : connection.host_addresses) {
    given_.push_back(
        {host.host, std::to_string(host.port), std::make_shared<const Addresses>(host.addresses)});
  }
}

std::shared_ptr<const Addresses> Targets::find_given(const HostPort& at) const {
  const auto found = std::find_if(given_.begin(), given_.end(), [&at](const HostPort& host) {
    return host.port == at.port && text::equals_ignoring_case(host.host, at.host);
  });
  return found == given_.end() ? nullptr : found->given;
}

std::shared_ptr<const Target> Targets::find(const std::string& url) {
  if (last_ && last_->url == url) return last_;
  if (others_.size() > most_kept) others_.clear();
  std::shared_ptr<const Target>& target = others_[url];
  if (!target) target = take_apart(url);
  last_ = target;
  return last_;
}

std::shared_ptr<const Target> Targets::take_apart(const std::string& url) const {
  auto target = std::make_shared<Target>();
  target->url = url;
  Url parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return target;
  }
  target->scheme = url_part(parsed, CURLUPART_SCHEME);
  // A libcurl without support for such names reports that when it connects.
  target->host = url_part(parsed, CURLUPART_HOST, CURLU_PUNYCODE);
  target->port = url_part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  target->has_userinfo =
      !url_part(parsed, CURLUPART_USER).empty() || !url_part(parsed, CURLUPART_PASSWORD).empty();
  target->not_signable =
      why_not_signable(url_part(parsed, CURLUPART_PATH), url_part(parsed, CURLUPART_QUERY),
                       curl_version_info(CURLVERSION_NOW)->version_num);
  target->parsed = std::move(parsed);
  if (has_unix_socket_) return target;
  target->proxy = proxies_.find(target->scheme, target->host);
  if (target->proxy == nullptr || target->proxy->wants_address) {
    target->route.push_back({target->host, target->port});
  }
  if (target->proxy != nullptr) target->route.push_back(target->proxy->at);
  for (HostPort& at : target->route) at.given = find_given(at);
  std::erase_if(target->route,
                [](const HostPort& at) { return at.given == nullptr && !needs_lookup(at.host); });
  return target;
}

}  // namespace paceline::http
