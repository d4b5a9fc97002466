#include <fmt/format.h>
#include <paceline/http/target.h>
#include <paceline/http/url.h>
#include <paceline/text/gate.h>

#include <algorithm>
#include <array>
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

}  // namespace paceline::http
