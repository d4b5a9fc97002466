#include <fmt/format.h>
#include <paceline/http/direct/request_head.h>
#include <paceline/http/target.h>
#include <paceline/http/transport.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace paceline::http::direct {
namespace {

/// Whether a header line has a name and a value and does not change how the request is sent.
bool is_plain(std::string_view line) {
  constexpr std::array<std::string_view, 7> special{
      "Connection", "Content-Length", "Expect", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};
  const std::string_view name = text::name_of_header(line);
  if (name.size() == line.size()) return false;
  const std::string_view value = line.substr(name.size() + 1);
  return value.find_first_not_of(" \t") != std::string_view::npos &&
         std::none_of(special.begin(), special.end(), [name](std::string_view other) {
           return text::equals_ignoring_case(name, other);
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
  if (target.scheme != "http" && target.scheme != "https") {
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
  return refuse(fmt::format("the direct transport does not support the header {}",
                            text::name_of_header(*special)));
}

Addresses addresses_of(const std::string& host) {
  if (needs_lookup(host)) return {};
  if (host.starts_with('[')) return {host.substr(1, host.size() - 2)};
  return host.ends_with("localhost") ? Addresses{"127.0.0.1", "::1"} : Addresses{host};
}

/// The header lines of a request, without those that frame the body.
HeaderList all_lines(Method method, const Target& target, const HeaderList& lines) {
  HeaderList all;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!has_header(lines, name)) all.push_back(fmt::format("{}: {}", name, value));
  };
  const std::string_view usual_port = target.scheme == "https" ? "443" : "80";
  add("Host",
      target.port == usual_port ? target.host : fmt::format("{}:{}", target.host, target.port));
  add("User-Agent", user_agent());
  add("Accept", "*/*");
  all.insert(all.end(), lines.begin(), lines.end());
  if (method == Method::post) add("Content-Type", "application/x-www-form-urlencoded");
  return all;
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view name_of(Method method) {
  return method == Method::get ? "GET" : "POST";
}

std::string http1_text(Method method, const std::string& path, const HeaderList& lines) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\n", name_of(method), path);
  for (const std::string& line : lines) text += line + "\r\n";
  text += method == Method::get ? "\r\n" : "Content-Length: ";
  return text;
}

std::vector<HeaderField> http2_fields(Method method, const Target& target, const std::string& path,
                                      const HeaderList& lines) {
  std::vector<HeaderField> fields{{":method", std::string(name_of(method))},
                                  {":scheme", target.scheme},
                                  {":authority", {}},
                                  {":path", path}};
  constexpr std::size_t authority = 2;
  for (const std::string& line : lines) {
    std::string name(text::name_of_header(line));
    std::string value(text::without_spaces(std::string_view(line).substr(name.size() + 1)));
    std::transform(name.begin(), name.end(), name.begin(), lower);
    if (name == "host") {
      fields[authority].value = std::move(value);
    } else if (name != "connection") {
      // HTTP/2 forbids headers about the connection.
      fields.push_back({std::move(name), std::move(value)});
    }
  }
  return fields;
}

}  // namespace

Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers, const ConnectionOptions& options) {
  static const HeaderList none;
  if (auto carried = check_carried(*target, headers != nullptr ? *headers : none); !carried) {
    return tl::unexpected(std::move(carried).error());
  }
  const std::string query = url_part(target->parsed, CURLUPART_QUERY);
  const std::string path =
      url_part(target->parsed, CURLUPART_PATH) + (query.empty() ? std::string() : '?' + query);
  const HeaderList lines = all_lines(method, *target, headers_with(headers, options));
  RequestHead head;
  head.origin = fmt::format("{}://{}:{}", target->scheme, target->host, target->port);
  head.addresses = addresses_of(target->host);
  head.text = http1_text(method, path, lines);
  head.fields = http2_fields(method, *target, path, lines);
  head.target = std::move(target);
  return head;
}

Result<std::shared_ptr<const RequestHead>> RequestHeadCache::find(
    const Request& request, const std::shared_ptr<const Target>& target) {
  if (request.signing) {
    return fail(ErrorCode::not_carried, "the direct transport does not sign requests");
  }
  if (last_ && last_->target == target && request.headers == headers_ &&
      request.method == method_) {
    return last_;
  }
  auto made = request_head(request.method, target, request.headers.get(), options_);
  if (!made) return tl::unexpected(std::move(made).error());
  last_ = std::make_shared<const RequestHead>(*std::move(made));
  headers_ = request.headers;
  method_ = request.method;
  return last_;
}

}  // namespace paceline::http::direct
