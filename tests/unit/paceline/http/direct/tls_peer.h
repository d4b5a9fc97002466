#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "../../../test_certificate.h"

namespace paceline::http::direct {

/// A server's TLS settings.
class TlsPeerContext {
 public:
  struct Options {
    const TestCertificate* certificate = &TestCertificate::instance();
    int least_version = TLS1_2_VERSION;
    int most_version = TLS1_3_VERSION;
    /// The protocol that is chosen if the client offers it; empty: none.
    std::string protocol{};
    /// The authority of the clients' certificates; nullptr: none is asked for.
    const TestCertificate* client_authority = nullptr;
  };

  TlsPeerContext() : TlsPeerContext(Options{}) {}
  explicit TlsPeerContext(const Options& options)
      : protocol_(options.protocol), context_(SSL_CTX_new(TLS_server_method())) {
    EXPECT_EQ(SSL_CTX_use_certificate(raw(), options.certificate->certificate()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(raw(), options.certificate->key()), 1);
    SSL_CTX_set_min_proto_version(raw(), options.least_version);
    SSL_CTX_set_max_proto_version(raw(), options.most_version);
    // TLS 1.1 needs hashes of the lowest level.
    if (options.most_version < TLS1_2_VERSION) SSL_CTX_set_cipher_list(raw(), "ALL:@SECLEVEL=0");
    if (!protocol_.empty()) SSL_CTX_set_alpn_select_cb(raw(), &select, &protocol_);
    // Without it, sessions are not resumed where clients show certificates.
    SSL_CTX_set_session_id_context(raw(), reinterpret_cast<const unsigned char*>("test"), 4);
    if (options.client_authority == nullptr) return;
    SSL_CTX_set_verify(raw(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(raw()), options.client_authority->certificate());
  }
  TlsPeerContext(const TlsPeerContext&) = delete;
  TlsPeerContext& operator=(const TlsPeerContext&) = delete;

  SSL_CTX* raw() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  static int select(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void* protocol) {
    const auto& wanted = *static_cast<const std::string*>(protocol);
    const std::string_view all(reinterpret_cast<const char*>(offered), offered_length);
    const std::size_t at = all.find(static_cast<char>(wanted.size()) + wanted);
    if (at == std::string_view::npos) return SSL_TLSEXT_ERR_NOACK;
    *chosen = offered + at + 1;
    *chosen_length = static_cast<unsigned char>(wanted.size());
    return SSL_TLSEXT_ERR_OK;
  }

  std::string protocol_;
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// OpenSSL's side of a server's TLS connection, between bytes in memory.
class TlsPeer {
 public:
  explicit TlsPeer(const TlsPeerContext& context)
      : tls_(SSL_new(context.raw())), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(raw(), in_, out_);
    SSL_set_accept_state(raw());
  }

  SSL* raw() const { return tls_.get(); }

  /// Takes bytes of the client, and continues the handshake until it is complete.
  void take(std::string_view bytes) {
    if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    ERR_clear_error();
    if (is_open() || SSL_do_handshake(raw()) == 1) return;
    const char* words = ERR_reason_error_string(ERR_peek_error());
    if (words != nullptr) words_ = words;
  }
  /// OpenSSL's words on the failed handshake.
  const std::string& words() const { return words_; }
  bool is_open() const { return SSL_is_init_finished(raw()) == 1; }
  /// The text that the client has sent since the last call.
  std::string read() {
    std::string text;
    std::array<char, 16'384> buffer;
    ERR_clear_error();
    for (int length = 0;
         (length = SSL_read(raw(), buffer.data(), static_cast<int>(buffer.size()))) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(length));
    }
    return text;
  }
  void write(std::string_view text) {
    EXPECT_EQ(SSL_write(raw(), text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
  }
  /// Sends a close_notify.
  void end() { SSL_shutdown(raw()); }
  /// The bytes for the client since the last call.
  std::string give() {
    std::string bytes(static_cast<std::size_t>(BIO_pending(out_)), '\0');
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  std::unique_ptr<SSL, Free> tls_;
  BIO* in_;
  BIO* out_;
  std::string words_;
};

}  // namespace paceline::http::direct
