#include <fmt/format.h>
#include <paceline/http/direct/request_head.h>
#include <paceline/http/target.h>
#include <paceline/http/transport.h>
#include <paceline/text/ascii_case.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace paceline::http::direct {
namespace {

/// The name of a header line.
std::string_view name_of(std::string_view line) {
  return line.substr(0, line.find(':'));
}

/// Whether a header line has a name and a value and does not change how the request is sent.
bool is_plain(std::string_view line) {
  constexpr std::array<std::string_view, 7> special{
      "Connection", "Content-Length", "Expect", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};
  const std::string_view name = name_of(line);
  if (name.size() == line.size()) return false;
  const std::string_view value = line.substr(name.size() + 1);
  return value.find_first_not_of(" \t") != std::string_view::npos &&
         std::none_of(special.begin(), special.end(), [name](std::string_view other) {
           return text::equals_ignoring_case(name, other);
         });
}

bool has(const std::vector<std::string>& lines, std::string_view name) {
  return std::any_of(lines.begin(), lines.end(), [name](const std::string& line) {
    return text::equals_ignoring_case(name_of(line), name);
  });
}

/// Whether a host is an ASCII name or an address. Other hosts have different forms in the header
/// and in the URL.
bool is_plain_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char letter) {
    return letter > ' ' && letter < '\x7f' && letter != '%';
  });
}

Result<void> check_carried(const Target& target, const HeaderList& lines) {
  const auto refuse = [](std::string why) { return fail(ErrorCode::not_carried, std::move(why)); };
  if (!target.parsed) return fail(ErrorCode::invalid_value, "the URL is not valid");
  if (target.scheme != "http") {
    return refuse(fmt::format("the direct transport does not support {}", target.scheme));
  }
  if (target.proxy != nullptr) {
    return refuse(
        "the direct transport does not use proxies, and the environment names one for this host");
  }
  if (target.has_userinfo) {
    return refuse("the direct transport does not send the user and password of a URL");
  }
  if (!is_plain_host(target.host) || !url_part(target.parsed, CURLUPART_ZONEID).empty()) {
    return refuse("the direct transport does not support this kind of host");
  }
  const auto special = std::find_if_not(lines.begin(), lines.end(), is_plain);
  if (special == lines.end()) return {};
  return refuse(
      fmt::format("the direct transport does not support the header {}", name_of(*special)));
}

Addresses addresses_of(const std::string& host) {
  if (needs_lookup(host)) return {};
  if (host.starts_with('[')) return {host.substr(1, host.size() - 2)};
  return host.ends_with("localhost") ? Addresses{"127.0.0.1", "::1"} : Addresses{host};
}

}  // namespace

Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers) {
  static const HeaderList none;
  const HeaderList& lines = headers != nullptr ? *headers : none;
  if (auto carried = check_carried(*target, lines); !carried) {
    return tl::unexpected(std::move(carried).error());
  }
  const std::string query = url_part(target->parsed, CURLUPART_QUERY);
  RequestHead head;
  head.origin = target->host + ':' + target->port;
  head.addresses = addresses_of(target->host);
  head.text =
      fmt::format("{} {}{}{} HTTP/1.1\r\n", method == Method::get ? "GET" : "POST",
                  url_part(target->parsed, CURLUPART_PATH), query.empty() ? "" : "?", query);
  if (!has(lines, "Host")) {
    head.text += fmt::format("Host: {}\r\n", target->port == "80" ? target->host : head.origin);
  }
  if (!has(lines, "User-Agent")) head.text += fmt::format("User-Agent: {}\r\n", user_agent());
  if (!has(lines, "Accept")) head.text += "Accept: */*\r\n";
  for (const std::string& line : lines) head.text += line + "\r\n";
  head.target = std::move(target);
  if (method == Method::get) {
    head.text += "\r\n";
    return head;
  }
  if (!has(lines, "Content-Type")) {
    head.text += "Content-Type: application/x-www-form-urlencoded\r\n";
  }
  head.text += "Content-Length: ";
  return head;
}

Result<std::shared_ptr<const RequestHead>> RequestHeadCache::find(
    const Request& request, const std::shared_ptr<const Target>& target) {
  if (last_ && last_->target == target && request.headers == headers_ &&
      request.method == method_) {
    return last_;
  }
  auto made = request_head(request.method, target, request.headers.get());
  if (!made) return tl::unexpected(std::move(made).error());
  last_ = std::make_shared<const RequestHead>(*std::move(made));
  headers_ = request.headers;
  method_ = request.method;
  return last_;
}

}  // namespace paceline::http::direct
