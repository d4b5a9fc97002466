#include <fmt/format.h>
#include <openssl/err.h>
#include <paceline/http/tls_errors.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace paceline::http {
namespace {

// OpenSSL's X509_V_ERR_*. Other TLS libraries have none of these numbers.
constexpr long not_yet_valid = 9;
constexpr long has_expired = 10;
constexpr std::array<long, 3> self_signed{18, 19, 24};
constexpr std::array<long, 4> unknown_authority{2, 20, 21, 27};
constexpr std::array<long, 2> wrong_host{62, 64};

bool has_any(std::string_view words, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [words](std::string_view part) {
    return words.find(part) != std::string_view::npos;
  });
}

bool is_among(long number, std::span<const long> numbers) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

/// An error without the library's words.
struct Explained {
  ErrorCode code;
  std::string_view why;
};

Explained explain_certificate(long verify_result, std::string_view words) {
  if (verify_result == has_expired || has_any(words, {"has expired", "is expired"})) {
    return {ErrorCode::certificate_expired, "the server's certificate has expired"};
  }
  if (verify_result == not_yet_valid || has_any(words, {"not yet valid"})) {
    return {ErrorCode::certificate_not_yet_valid, "the server's certificate is not valid yet"};
  }
  if (is_among(verify_result, self_signed) || has_any(words, {"self-signed", "self signed"})) {
    return {ErrorCode::certificate_untrusted,
            "the server's certificate is self-signed and not trusted"};
  }
  if (is_among(verify_result, unknown_authority) ||
      has_any(words, {"local issuer", "issuer is unknown"})) {
    return {ErrorCode::certificate_untrusted,
            "the server's certificate is of an authority that is not trusted"};
  }
  if (is_among(verify_result, wrong_host) ||
      has_any(words, {"subject name", "does not match", "not match"})) {
    return {ErrorCode::certificate_of_other_host, "the server's certificate is for another host"};
  }
  return {ErrorCode::certificate_untrusted, "the server's certificate is not trusted"};
}

Explained explain_handshake(std::string_view words, bool has_certificate) {
  if (has_any(words, {"wrong version number", "http request", "unexpected message",
                      "packet length too long", "unexpected TLS packet", "record layer failure"})) {
    return {ErrorCode::tls_missing, "the server does not speak TLS on this port"};
  }
  if (has_any(words, {"unsupported protocol", "alert protocol version", "tls version"})) {
    return {ErrorCode::tls_too_old, "the server has no TLS 1.2 or newer"};
  }
  if (asks_for_certificate(words)) {
    if (has_certificate) {
      return {ErrorCode::client_certificate_refused, "the server refused the client certificate"};
    }
    return {ErrorCode::client_certificate_required, "the server asks for a client certificate"};
  }
  if (has_any(words, {"unrecognized name", "unrecognised name"})) {
    return {ErrorCode::certificate_of_other_host, "the server has no certificate for this host"};
  }
  if (has_any(words, {"handshake failure", "no shared cipher"})) {
    if (has_certificate) {
      return {ErrorCode::tls_refused,
              "the server refused the TLS handshake; it may refuse the client certificate, or have "
              "no cipher that this machine has"};
    }
    return {ErrorCode::tls_refused,
            "the server refused the TLS handshake; it may ask for a client certificate, or have no "
            "cipher that this machine has"};
  }
  if (has_any(words, {"eof", "SYSCALL", "reset by peer"})) {
    return {ErrorCode::tls_failed, "the server closed the connection during the TLS handshake"};
  }
  return {ErrorCode::tls_failed, "the TLS handshake failed"};
}

Explained explain(const TlsFailure& failure) {
  switch (failure.step) {
    case TlsStep::authorities:
      return {ErrorCode::certificates_unreadable, "the certificates to trust could not be read"};
    case TlsStep::client_certificate:
      return {ErrorCode::client_certificate_unusable,
              "the client certificate or its key cannot be used, or the two do not match"};
    case TlsStep::verification:
      return explain_certificate(failure.verify_result, failure.words);
    case TlsStep::handshake:
      break;
  }
  return explain_handshake(failure.words, failure.has_certificate);
}

}  // namespace

bool asks_for_certificate(std::string_view words) {
  return has_any(words, {"certificate required", "alert bad certificate", "alert unknown ca",
                         "alert certificate unknown"});
}

std::string take_openssl_words() {
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  // OpenSSL has no words for the system's errors.
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  const char* words = error == 0 ? nullptr : ERR_reason_error_string(error);
  return words == nullptr ? "" : words;
}

Error tls_error(const TlsFailure& failure, const Authorities& authorities) {
  const Explained found = explain(failure);
  std::string message(found.why);
  if (!failure.words.empty()) message += fmt::format(" ({})", failure.words);
  if (found.code == ErrorCode::certificate_untrusted ||
      found.code == ErrorCode::certificates_unreadable) {
    message += fmt::format("; trusted authorities: {}", authorities.text());
  }
  return {found.code, std::move(message)};
}

}  // namespace paceline::http
