#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <paceline/http/direct/tls_context.h>
#include <paceline/http/direct/tls_stream.h>

#include <new>
#include <string_view>
#include <utility>

namespace paceline::http::direct {
namespace {

/// The protocols to offer in the format of ALPN: each with its length in front.
std::string_view protocols_of(HttpVersion version) {
  constexpr std::string_view both("\x02h2\x08http/1.1");
  return version == HttpVersion::one ? both.substr(3) : both;
}

int on_session(SSL* tls, SSL_SESSION* session) noexcept {
  constexpr int session_is_openssls = 0;
  SSL_SESSION_up_ref(session);
  TlsContext::Session kept(session);
  try {
    static_cast<TlsStream*>(SSL_get_app_data(tls))->keep_session(std::move(kept));
  } catch (...) {
    // No exception may pass through OpenSSL. Without the session the next handshake is a full one.
  }
  return session_is_openssls;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(const ConnectionOptions& options) {
  std::shared_ptr<TlsContext> made(new TlsContext(options));
  if (auto trusted = made->trust(); !trusted) return tl::unexpected(std::move(trusted).error());
  if (auto used = made->use_certificate(options); !used) {
    return tl::unexpected(std::move(used).error());
  }
  return made;
}

TlsContext::TlsContext(const ConnectionOptions& options)
    : authorities_(authorities_of(options)),
      has_certificate_(!options.cert_file.empty()),
      context_(SSL_CTX_new(TLS_client_method())) {
  if (context_ == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(raw(), TLS1_2_VERSION);
  SSL_CTX_set_verify(raw(), SSL_VERIFY_PEER, nullptr);
  // Idle connections give their buffers back, so that thousands of connections stay in the caches.
  SSL_CTX_set_mode(raw(), SSL_MODE_RELEASE_BUFFERS);
  const std::string_view protocols = protocols_of(options.http);
  SSL_CTX_set_alpn_protos(raw(), reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned int>(protocols.size()));
  if (!options.reuses) {
    SSL_CTX_set_session_cache_mode(raw(), SSL_SESS_CACHE_OFF);
    return;
  }
  SSL_CTX_set_session_cache_mode(raw(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw(), &on_session);
}

Error TlsContext::error(TlsStep step) const {
  const std::string words = take_openssl_words();
  return tls_error({.step = step, .words = words, .has_certificate = has_certificate_},
                   authorities_);
}

Result<void> TlsContext::trust() {
  // As libcurl does: a trusted certificate need not be of a root authority.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(raw()), X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
  const bool is_read = (authorities_.file.empty() ||
                        SSL_CTX_load_verify_file(raw(), authorities_.file.c_str()) == 1) &&
                       (authorities_.folder.empty() ||
                        SSL_CTX_load_verify_dir(raw(), authorities_.folder.c_str()) == 1);
  if (!is_read) return tl::unexpected(error(TlsStep::authorities));
  return {};
}

Result<void> TlsContext::use_certificate(const ConnectionOptions& options) {
  if (!has_certificate_) return {};
  const std::string& key = options.key_file.empty() ? options.cert_file : options.key_file;
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(raw(), options.cert_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(raw(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(raw()) != 1) {
    return tl::unexpected(error(TlsStep::client_certificate));
  }
  return {};
}

TlsContext::Session TlsContext::find_session(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(origin);
  if (found == sessions_.end()) return nullptr;
  SSL_SESSION_up_ref(found->second.get());
  return Session(found->second.get());
}

void TlsContext::keep_session(const std::string& origin, Session session) {
  const std::lock_guard lock(mutex_);
  sessions_[origin] = std::move(session);
}

Result<std::shared_ptr<TlsContext>> SharedTlsContext::get(const ConnectionOptions& options) {
  const std::lock_guard lock(mutex_);
  if (made_) return made_;
  auto made = TlsContext::make(options);
  if (made) made_ = *made;
  return made;
}

}  // namespace paceline::http::direct
