#include <paceline/http/curl/curl_tls.h>

namespace paceline::http::curl {
namespace {

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

// libcurl 7.88 frees a connection of HTTP/2 without the end of its TLS. OpenSSL then does not
// resume the connection's own session object any more.
void keep_sessions(SSL_CTX* context) {
  const OnSession libcurls = SSL_CTX_sess_get_new_cb(context);
  if (libcurls == nullptr) return;
  SSL_CTX_set_ex_data(context, place_of_callback(), reinterpret_cast<void*>(libcurls));
  SSL_CTX_sess_set_new_cb(context, &on_session);
}

}  // namespace paceline::http::curl
