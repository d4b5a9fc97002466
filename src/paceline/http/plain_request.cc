#include <fmt/format.h>
#include <paceline/http/plain_request.h>
#include <paceline/http/resolver.h>
#include <paceline/http/url_parts.h>
#include <paceline/http/user_agent.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace paceline {
namespace {

bool is_same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() && strncasecmp(one.data(), other.data(), one.size()) == 0;
}

/// Up to the colon.
std::string_view name_of(std::string_view line) {
  return line.substr(0, line.find(':'));
}

/// A name, a colon and a value, which leaves alone how the request is sent.
bool is_plain(std::string_view line) {
  constexpr std::array<std::string_view, 7> special{
      "Connection", "Content-Length", "Expect", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};
  const std::string_view name = name_of(line);
  if (name.size() == line.size()) return false;
  const std::string_view value = line.substr(name.size() + 1);
  return value.find_first_not_of(" \t") != std::string_view::npos &&
         std::none_of(special.begin(), special.end(),
                      [name](std::string_view other) { return is_same_name(name, other); });
}

bool has(const std::vector<std::string>& lines, std::string_view name) {
  return std::any_of(lines.begin(), lines.end(),
                     [name](const std::string& line) { return is_same_name(name_of(line), name); });
}

/// A name or a number in ASCII: others are written otherwise in a header than in the URL.
bool is_plain_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char letter) {
    return letter > ' ' && letter < '\x7f' && letter != '%';
  });
}

}  // namespace

std::optional<PlainRequest> plain_request(Method method, const std::string& url,
                                          const HeaderList* headers) {
  if (!url.starts_with("http://")) return std::nullopt;
  const Url parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      !url_part(parsed, CURLUPART_USER).empty() || !url_part(parsed, CURLUPART_PASSWORD).empty()) {
    return std::nullopt;
  }
  const std::string host = url_part(parsed, CURLUPART_HOST);
  if (!is_plain_host(host) || !url_part(parsed, CURLUPART_ZONEID).empty()) return std::nullopt;
  static const std::vector<std::string> none;
  const std::vector<std::string>& lines = headers != nullptr ? headers->lines() : none;
  if (!std::all_of(lines.begin(), lines.end(), is_plain)) return std::nullopt;

  const std::string port = url_part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const std::string query = url_part(parsed, CURLUPART_QUERY);
  PlainRequest request;
  request.origin = host + ':' + port;
  if (needs_lookup(host)) request.route.push_back({host, port});
  request.head = fmt::format("{} {}{}{} HTTP/1.1\r\n", method == Method::get ? "GET" : "POST",
                             url_part(parsed, CURLUPART_PATH), query.empty() ? "" : "?", query);
  if (!has(lines, "Host")) {
    request.head += fmt::format("Host: {}\r\n", port == "80" ? host : request.origin);
  }
  if (!has(lines, "User-Agent")) request.head += fmt::format("User-Agent: {}\r\n", user_agent());
  if (!has(lines, "Accept")) request.head += "Accept: */*\r\n";
  for (const std::string& line : lines) request.head += line + "\r\n";
  if (method == Method::get) {
    request.head += "\r\n";
    return request;
  }
  if (!has(lines, "Content-Type")) {
    request.head += "Content-Type: application/x-www-form-urlencoded\r\n";
  }
  request.head += "Content-Length: ";
  return request;
}

std::shared_ptr<const PlainRequest> PlainRequests::find(const Request& request) {
  if (request.url == url_ && request.headers == headers_ && request.method == method_) {
    return last_;
  }
  url_ = request.url;
  headers_ = request.headers;
  method_ = request.method;
  std::optional<PlainRequest> made = plain_request(method_, url_, headers_.get());
  last_ = made ? std::make_shared<const PlainRequest>(*std::move(made)) : nullptr;
  return last_;
}

}  // namespace paceline
