#pragma once

#include <string>
#include <string_view>

#include <paceline/error.h>
#include <paceline/http/authorities.h>

namespace paceline::http {

/// The step at which there was no TLS connection.
enum class TlsStep { authorities, client_certificate, handshake, verification };

/// Why there is no TLS connection, as a TLS library reports it.
struct TlsFailure {
  TlsStep step = TlsStep::handshake;
  /// With OpenSSL, the result of the verification: one of X509_V_ERR_*.
  long verify_result = 0;
  /// The library's words, which become a part of the message.
  std::string_view words{};
  /// Whether the client sends a certificate.
  bool has_certificate = false;
};

/// Whether a TLS library's words say that the server rejects a missing or unknown client
/// certificate. With TLS 1.3 the server does so after the client's handshake.
bool asks_for_certificate(std::string_view words);

/// The words of OpenSSL's oldest error of this thread, which are forgotten with those of the later
/// ones; empty: none.
std::string take_openssl_words();

/// The error for people. An error about the trusted authorities names `authorities`.
Error tls_error(const TlsFailure& failure, const Authorities& authorities = {});

}  // namespace paceline::http
