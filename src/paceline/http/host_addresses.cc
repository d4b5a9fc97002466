#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/http/host_addresses.h>
#include <paceline/http/target.h>
#include <paceline/text/numbers.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace paceline::http {
namespace {

/// The host as requests look it up; empty: not a host.
std::string host_as_looked_up(std::string_view host) {
  if (host.empty() || host.find_first_of("/?#@*") != std::string_view::npos) return {};
  const Url parsed(curl_url());
  const std::string url = fmt::format("http://{}/", host);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  return url_part(parsed, CURLUPART_HOST, CURLU_PUNYCODE);
}

/// The address without brackets; empty: not an address.
std::string as_address(std::string_view text) {
  const bool has_brackets = text.starts_with('[') && text.ends_with(']');
  const std::string address(has_brackets ? text.substr(1, text.size() - 2) : text);
  std::array<unsigned char, sizeof(in6_addr)> number{};
  const bool is_four = !has_brackets && inet_pton(AF_INET, address.c_str(), number.data()) == 1;
  return is_four || inet_pton(AF_INET6, address.c_str(), number.data()) == 1 ? address
                                                                             : std::string();
}

}  // namespace

Result<HostAddresses> parse_host_addresses(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(ErrorCode::invalid_value, fmt::format("'{}': {}", text, why));
  };
  constexpr std::string_view form = "give HOST:PORT:ADDRESS, such as api.test:443:10.0.0.7";
  if (text.starts_with('['))
    return refuse("a URL with an IPv6 address needs no lookup; name a host");
  const std::size_t host_end = text.find(':');
  if (host_end == std::string_view::npos) return refuse(form);
  const std::size_t port_end = text.find(':', host_end + 1);
  if (port_end == std::string_view::npos) return refuse(form);
  HostAddresses read;
  read.host = host_as_looked_up(text.substr(0, host_end));
  if (read.host.empty()) return refuse("the host is not a name; " + std::string(form));
  const auto port = text::parse_number<std::uint16_t>(
      text.substr(host_end + 1, port_end - host_end - 1), 1, 65'535);
  if (!port) return refuse("give a port from 1 to 65535");
  read.port = *port;
  std::string_view rest = text.substr(port_end + 1);
  while (true) {
    const std::string_view one = rest.substr(0, rest.find(','));
    std::string address = as_address(one);
    if (address.empty()) return refuse(fmt::format("'{}' is not an IP address", one));
    read.addresses.push_back(std::move(address));
    if (one.size() == rest.size()) return read;
    rest.remove_prefix(one.size() + 1);
  }
}

bool is_used(const HostAddresses& host, const std::string& url) {
  Targets targets(Proxies::from_environment(), {.host_addresses = {host}});
  const Route& route = targets.find(url)->route;
  return std::any_of(route.begin(), route.end(),
                     [](const HostPort& at) { return at.given != nullptr; });
}

}  // namespace paceline::http
