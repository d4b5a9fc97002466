#include <fmt/format.h>
#include <paceline/http/curl/tls_errors.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

namespace paceline {
namespace {

// OpenSSL's numbers; paceline does not link it.
constexpr std::array<long, 2> wrong_time{9, 10};
constexpr std::array<long, 3> self_signed{18, 19, 24};
constexpr std::array<long, 4> unknown_authority{2, 20, 21, 27};
constexpr long wrong_host = 62;

bool has_any(std::string_view words, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [words](std::string_view part) {
    return words.find(part) != std::string_view::npos;
  });
}

bool is_among(long number, std::span<const long> numbers) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

bool asks_for_certificate(std::string_view words) {
  return has_any(words, {"certificate required", "alert bad certificate", "alert unknown ca",
                         "alert certificate unknown"});
}

std::string_view explain_certificate(long verify_result, std::string_view words) {
  if (verify_result == 10 || has_any(words, {"has expired", "is expired"})) {
    return "the server's certificate has expired; renew it, or check this machine's clock";
  }
  if (is_among(verify_result, wrong_time) || has_any(words, {"not yet valid"})) {
    return "the server's certificate is not valid yet; check the clocks of both machines";
  }
  if (is_among(verify_result, self_signed) || has_any(words, {"self-signed", "self signed"})) {
    return "the server's certificate is self-signed and not trusted; name it, or its authority's, "
           "with --paceline_ca";
  }
  if (is_among(verify_result, unknown_authority) ||
      has_any(words, {"local issuer", "issuer is unknown"})) {
    return "the server's certificate is of an authority that is not trusted; name the authority's "
           "certificate with --paceline_ca";
  }
  if (verify_result == wrong_host ||
      has_any(words, {"subject name", "does not match", "not match"})) {
    return "the server's certificate is for another host; use the host name that it is for";
  }
  return "the server's certificate is not trusted; name its authority's certificate with "
         "--paceline_ca";
}

std::string_view explain_handshake(std::string_view words) {
  if (has_any(words, {"wrong version number", "http request", "unexpected message",
                      "packet length too long", "unexpected TLS packet", "record layer failure"})) {
    return "the server does not speak TLS on this port; use http://, or the port that has TLS";
  }
  if (has_any(words, {"unsupported protocol", "alert protocol version", "tls version"})) {
    return "the server has no TLS 1.2 or newer; enable that on the server";
  }
  if (asks_for_certificate(words)) {
    return "the server asks for a client certificate, which paceline does not send; connect "
           "through a proxy that does";
  }
  if (has_any(words, {"unrecognized name", "unrecognised name"})) {
    return "the server has no certificate for this host; use the host name that it has one for";
  }
  if (has_any(words, {"handshake failure", "no shared cipher"})) {
    return "the server refused the TLS handshake; it may ask for a client certificate, or have no "
           "cipher that this machine has";
  }
  if (has_any(words, {"eof", "SYSCALL", "reset by peer"})) {
    return "the server closed the connection during the TLS handshake; check that this port has "
           "TLS";
  }
  return "the TLS handshake failed; check that this port has TLS";
}

}  // namespace

bool is_tls_failure(CURLcode code, std::string_view words) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return true;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      // TLS 1.3 asks for a certificate when the handshake is over for the client.
      return asks_for_certificate(words);
    default:
      return false;
  }
}

std::string explain_tls_failure(CURLcode code, long verify_result, std::string_view words) {
  std::string_view why;
  if (code == CURLE_SSL_CACERT_BADFILE) {
    why =
        "the certificates to trust could not be read; give --paceline_ca a file with PEM "
        "certificates";
  } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
    why = explain_certificate(verify_result, words);
  } else {
    why = explain_handshake(words);
  }
  if (words.empty()) return std::string(why);
  return fmt::format("{} ({})", why, words);
}

}  // namespace paceline
