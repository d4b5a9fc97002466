#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>

#include <paceline/http/authorities.h>
#include <paceline/text/result.h>

namespace paceline::http::curl {

/// The trusted authorities, as OpenSSL keeps them. libcurl would read the file of the authorities
/// for each connection, which takes tens of milliseconds with the file of a system. For any thread.
class TrustedStore {
 public:
  /// Whether libcurl uses the OpenSSL that paceline is linked to, so that the TLS contexts of
  /// libcurl can be passed to apply().
  static bool is_usable();

  /// Lets a TLS context of libcurl trust these authorities, which the first call reads, and no
  /// others. Error: certificates_unreadable with the words of OpenSSL.
  Result<void> apply(SSL_CTX* context, const Authorities& authorities);

 private:
  struct Free {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  };
  using Store = std::unique_ptr<X509_STORE, Free>;

  static Result<Store> read(const Authorities& authorities);

  std::mutex mutex_;
  Store store_;
};

/// For CURLOPT_CAPATH: a folder without certificates, so that libcurl itself trusts none. OpenSSL
/// accepts a path that is no folder.
inline constexpr const char* no_folder = "/dev/null";

}  // namespace paceline::http::curl
