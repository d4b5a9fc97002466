#include <gtest/gtest.h>
#include <paceline/http/curl/curl_errors.h>

#include <string>
#include <string_view>

namespace paceline::http::curl {
namespace {

// What libcurl says with OpenSSL 3.
constexpr const char* no_tls = "error:0A00010B:SSL routines::wrong version number";
constexpr const char* wants_certificate =
    "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0";

/// The error of a transfer that ended with this code.
Error error_of(CURLcode code, long verified, std::string_view words, bool has_certificate = false,
               const Authorities& trusted = {}) {
  return tls_error({tls_step_of(code, words).value(), verified, words, has_certificate}, trusted);
}

bool says(const std::string& why, std::string_view part) {
  return why.find(part) != std::string::npos;
}

TEST(TlsErrorsTest, EachKindHasItsOwnCodeAndSentence) {
  const auto expect = [](const Error& error, ErrorCode code, std::string_view words) {
    EXPECT_EQ(error.code, code) << error.message;
    EXPECT_TRUE(says(error.message, words)) << error.message;
  };
  const auto why = [](CURLcode code, long verified, std::string_view words) {
    return error_of(code, verified, words);
  };
  expect(why(CURLE_SSL_CONNECT_ERROR, 0, no_tls), ErrorCode::tls_missing, "does not speak TLS");
  expect(why(CURLE_RECV_ERROR, 0, wants_certificate), ErrorCode::client_certificate_required,
         "client certificate");
  expect(why(CURLE_BAD_FUNCTION_ARGUMENT, 0, "unable to set private key file: 'a' type PEM"),
         ErrorCode::client_certificate_unusable, "the two do not match");
  expect(why(CURLE_SSL_CERTPROBLEM, 0, "unable to set private key file: 'a' type PEM"),
         ErrorCode::client_certificate_unusable, "the two do not match");
  expect(
      why(CURLE_SSL_CONNECT_ERROR, 0, "error:0A00042E:SSL routines::tlsv1 alert protocol version"),
      ErrorCode::tls_too_old, "TLS 1.2");
  expect(why(CURLE_SSL_CONNECT_ERROR, 0, "sslv3 alert handshake failure"), ErrorCode::tls_refused,
         "refused the TLS handshake");
  expect(why(CURLE_SSL_CONNECT_ERROR, 0, ""), ErrorCode::tls_failed, "the TLS handshake failed");
  expect(why(CURLE_SSL_CACERT_BADFILE, 0, "error setting certificate verify locations"),
         ErrorCode::certificates_unreadable, "could not be read");
  const auto certificate = [&](long verified, const char* words) {
    return why(CURLE_PEER_FAILED_VERIFICATION, verified, words);
  };
  expect(certificate(10, "certificate has expired"), ErrorCode::certificate_expired, "has expired");
  expect(certificate(9, "certificate is not yet valid"), ErrorCode::certificate_not_yet_valid,
         "not valid yet");
  expect(certificate(18, "self-signed certificate"), ErrorCode::certificate_untrusted,
         "self-signed");
  expect(certificate(20, "unable to get local issuer certificate"),
         ErrorCode::certificate_untrusted, "authority");
  expect(certificate(0,
                     "SSL: no alternative certificate subject name matches target host name "
                     "'one.test'"),
         ErrorCode::certificate_of_other_host, "for another host");
  expect(certificate(62, ""), ErrorCode::certificate_of_other_host, "for another host");
}

TEST(TlsErrorsTest, AnUntrustedCertificateNamesTheAuthorities) {
  const Authorities trusted{.file = "/some/ca.pem", .source = AuthoritySource::environment};
  const auto message = [&trusted](CURLcode code, long verified) {
    return error_of(code, verified, "", false, trusted).message;
  };
  const std::string_view named = "; trusted authorities: /some/ca.pem (SSL_CERT_FILE)";
  EXPECT_TRUE(says(message(CURLE_PEER_FAILED_VERIFICATION, 20), named));
  EXPECT_TRUE(says(message(CURLE_SSL_CACERT_BADFILE, 0), named));
  constexpr long has_expired = 10;
  EXPECT_FALSE(says(message(CURLE_PEER_FAILED_VERIFICATION, has_expired), named));
}

TEST(TlsErrorsTest, ACertificateThatIsSentMayBeRefused) {
  const Error refused = error_of(CURLE_RECV_ERROR, 0, wants_certificate, true);
  EXPECT_EQ(refused.code, ErrorCode::client_certificate_refused);
  EXPECT_TRUE(says(refused.message, "refused the client certificate")) << refused.message;
  const Error handshake =
      error_of(CURLE_SSL_CONNECT_ERROR, 0, "sslv3 alert handshake failure", true);
  EXPECT_EQ(handshake.code, ErrorCode::tls_refused);
  EXPECT_TRUE(says(handshake.message, "may refuse the client certificate")) << handshake.message;
}

TEST(TlsErrorsTest, LibcurlsWordsFollow) {
  EXPECT_TRUE(says(error_of(CURLE_SSL_CONNECT_ERROR, 0, no_tls).message, no_tls));
}

TEST(TlsErrorsTest, OnlyWhatTlsBrokeIsATlsFailure) {
  EXPECT_TRUE(tls_step_of(CURLE_SSL_CONNECT_ERROR, ""));
  EXPECT_TRUE(tls_step_of(CURLE_RECV_ERROR, wants_certificate));
  EXPECT_FALSE(tls_step_of(CURLE_RECV_ERROR, "Recv failure: Connection reset by peer"));
  EXPECT_TRUE(tls_step_of(CURLE_BAD_FUNCTION_ARGUMENT, "unable to set private key file: 'a'"));
  EXPECT_FALSE(tls_step_of(CURLE_BAD_FUNCTION_ARGUMENT, "bad argument"));
  EXPECT_FALSE(tls_step_of(CURLE_OK, ""));
}

}  // namespace
}  // namespace paceline::http::curl
