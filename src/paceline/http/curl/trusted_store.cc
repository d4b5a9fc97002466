#include <paceline/http/curl/trusted_store.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <paceline/http/tls_errors.h>

#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace paceline::http::curl {
namespace {

tl::unexpected<Error> fail_to_read() {
  return fail(ErrorCode::certificates_unreadable, take_openssl_words());
}

}  // namespace

bool TrustedStore::is_usable() {
  static const bool is_usable = [] {
    const char* libcurls = curl_version_info(CURLVERSION_NOW)->ssl_version;
    const std::string ours = std::string("OpenSSL/") + OpenSSL_version(OPENSSL_VERSION_STRING);
    return libcurls != nullptr && std::string_view(libcurls) == ours;
  }();
  return is_usable;
}

Result<void> TrustedStore::apply(SSL_CTX* context, const Authorities& authorities) {
  if (SSL_CTX_get_ssl_method(context) != TLS_client_method()) {
    return fail(ErrorCode::certificates_unreadable,
                "libcurl and paceline are linked to different copies of OpenSSL");
  }
  const std::lock_guard lock(mutex_);
  if (!store_) {
    auto read_store = read(authorities);
    if (!read_store) return tl::unexpected(std::move(read_store).error());
    store_ = std::move(*read_store);
  }
  SSL_CTX_set1_cert_store(context, store_.get());
  return {};
}

Result<TrustedStore::Store> TrustedStore::read(const Authorities& authorities) {
  Store store(X509_STORE_new());
  if (store == nullptr) throw std::bad_alloc();
  // As libcurl does: a trusted certificate need not be of a root authority.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
  if (!authorities.file.empty() &&
      X509_STORE_load_file(store.get(), authorities.file.c_str()) != 1) {
    return fail_to_read();
  }
  if (!authorities.folder.empty() &&
      X509_STORE_load_path(store.get(), authorities.folder.c_str()) != 1) {
    return fail_to_read();
  }
  // libcurl 7.88 adds CURLOPT_CAPATH to the store after each handshake's begin. A folder that the
  // store already has is not added again, so the store stays as it is.
  if (X509_STORE_load_path(store.get(), no_folder) != 1) return fail_to_read();
  return store;
}

}  // namespace paceline::http::curl
