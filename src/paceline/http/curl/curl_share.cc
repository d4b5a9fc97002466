#include <paceline/http/curl/curl_share.h>
#include <paceline/http/libcurl.h>

#include <new>

namespace paceline::http::curl {
namespace {

std::string origin_of(const Target& target) {
  return target.host + ':' + target.port;
}

using OnSession = int (*)(SSL*, SSL_SESSION*);

/// The place of libcurl's callback in a context.
int place_of_callback() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

/// Passes libcurl a copy of the session.
int on_session(SSL* tls, SSL_SESSION* session) noexcept {
  constexpr int session_is_openssls = 0;
  const auto libcurls =
      reinterpret_cast<OnSession>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), place_of_callback()));
  SSL_SESSION* copy = SSL_SESSION_dup(session);
  if (copy != nullptr && libcurls(tls, copy) == session_is_openssls) SSL_SESSION_free(copy);
  return session_is_openssls;
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

// libcurl 7.88 frees a connection of HTTP/2 without the end of its TLS. OpenSSL then does not
// resume the connection's own session object any more.
void CurlShare::keep_sessions(SSL_CTX* context) {
  const OnSession libcurls = SSL_CTX_sess_get_new_cb(context);
  if (libcurls == nullptr) return;
  SSL_CTX_set_ex_data(context, place_of_callback(), reinterpret_cast<void*>(libcurls));
  SSL_CTX_sess_set_new_cb(context, &on_session);
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
