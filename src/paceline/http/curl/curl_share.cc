#include <paceline/http/curl/curl_share.h>
#include <paceline/http/libcurl.h>

#include <new>

namespace paceline::http::curl {
namespace {

std::string origin_of(const Target& target) {
  return target.host + ':' + target.port;
}

}  // namespace

CurlShare::CurlShare() {
  init_libcurl();
  share_.reset(curl_share_init());
  if (share_ == nullptr) throw std::bad_alloc();
  curl_share_setopt(raw(), CURLSHOPT_LOCKFUNC, &CurlShare::lock);
  curl_share_setopt(raw(), CURLSHOPT_UNLOCKFUNC, &CurlShare::unlock);
  curl_share_setopt(raw(), CURLSHOPT_USERDATA, this);
  curl_share_setopt(raw(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

std::optional<bool> CurlShare::speaks_http_2(const Target& target) const {
  const std::lock_guard lock(mutex_);
  const auto found = http_2_.find(origin_of(target));
  return found == http_2_.end() ? std::nullopt : std::optional(found->second);
}

void CurlShare::note_http_2(const Target& target, bool is_http_2) {
  const std::lock_guard lock(mutex_);
  http_2_[origin_of(target)] = is_http_2;
}

void CurlShare::lock(CURL*, curl_lock_data data, curl_lock_access, void* share) noexcept {
  static_cast<CurlShare*>(share)->locks_[data].lock();
}

void CurlShare::unlock(CURL*, curl_lock_data data, void* share) noexcept {
  static_cast<CurlShare*>(share)->locks_[data].unlock();
}

}  // namespace paceline::http::curl
