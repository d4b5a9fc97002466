#include <paceline/http/target.h>

#include <cstddef>

namespace paceline::http {
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
  target->proxy = proxies_.find(target->scheme, target->host);
  if (target->proxy == nullptr || target->proxy->wants_address) {
    target->route.push_back({target->host, target->port});
  }
  if (target->proxy != nullptr) target->route.push_back(target->proxy->at);
  std::erase_if(target->route, [](const HostPort& at) { return !needs_lookup(at.host); });
  target->parsed = std::move(parsed);
  return target;
}

}  // namespace paceline::http
