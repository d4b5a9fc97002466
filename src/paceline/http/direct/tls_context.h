#pragma once

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <paceline/connection.h>
#include <paceline/http/authorities.h>
#include <paceline/http/tls_errors.h>
#include <paceline/text/result.h>

namespace paceline::http::direct {

/// What the TLS connections of one program share: the trusted authorities, the client's
/// certificate, and the sessions of earlier connections, with which a handshake costs a fraction.
/// For any thread.
class TlsContext {
 public:
  /// Reads the authorities and the client's certificate. Errors: certificates_unreadable,
  /// client_certificate_unusable.
  static Result<std::shared_ptr<TlsContext>> make(const ConnectionOptions& options);

  SSL_CTX* raw() const { return context_.get(); }
  const Authorities& authorities() const { return authorities_; }
  bool has_certificate() const { return has_certificate_; }

  struct FreeSession {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using Session = std::unique_ptr<SSL_SESSION, FreeSession>;
  /// The newest session of an origin, which stays known; nullptr: none.
  Session find_session(const std::string& origin);
  /// Replaces the origin's session.
  void keep_session(const std::string& origin, Session session);

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  explicit TlsContext(const ConnectionOptions& options);
  Result<void> trust();
  Result<void> use_certificate(const ConnectionOptions& options);
  Error error(TlsStep step) const;

  Authorities authorities_;
  bool has_certificate_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::mutex mutex_;
  std::map<std::string, Session> sessions_;
};

/// Makes the TLS context of a program when the first connection needs one. For any thread.
class SharedTlsContext {
 public:
  /// As TlsContext::make() with the options of the first call that succeeds.
  Result<std::shared_ptr<TlsContext>> get(const ConnectionOptions& options);

 private:
  std::mutex mutex_;
  std::shared_ptr<TlsContext> made_;
};

}  // namespace paceline::http::direct
