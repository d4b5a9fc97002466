#include <gtest/gtest.h>
#include <paceline/http/curl/tls_errors.h>

#include <string>
#include <string_view>

namespace paceline {
namespace {

// What libcurl says with OpenSSL 3.
constexpr const char* no_tls = "error:0A00010B:SSL routines::wrong version number";
constexpr const char* wants_certificate =
    "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0";

bool says(const std::string& why, std::string_view part) {
  return why.find(part) != std::string::npos;
}

TEST(TlsErrorsTest, EachKindHasItsOwnSentence) {
  const auto why = explain_tls_failure;
  EXPECT_TRUE(says(why(CURLE_SSL_CONNECT_ERROR, 0, no_tls), "does not speak TLS"));
  EXPECT_TRUE(says(why(CURLE_RECV_ERROR, 0, wants_certificate), "client certificate"));
  EXPECT_TRUE(says(
      why(CURLE_SSL_CONNECT_ERROR, 0, "error:0A00042E:SSL routines::tlsv1 alert protocol version"),
      "TLS 1.2"));
  EXPECT_TRUE(
      says(why(CURLE_SSL_CACERT_BADFILE, 0, "error setting certificate verify locations"), "PEM"));
  const auto certificate = [&](long verified, const char* words) {
    return why(CURLE_PEER_FAILED_VERIFICATION, verified, words);
  };
  EXPECT_TRUE(says(certificate(10, "certificate has expired"), "has expired"));
  EXPECT_TRUE(says(certificate(9, "certificate is not yet valid"), "not valid yet"));
  EXPECT_TRUE(says(certificate(18, "self-signed certificate"), "self-signed"));
  EXPECT_TRUE(says(certificate(20, "unable to get local issuer certificate"), "authority"));
  EXPECT_TRUE(says(certificate(0,
                               "SSL: no alternative certificate subject name matches target "
                               "host name 'one.test'"),
                   "for another host"));
  EXPECT_TRUE(says(certificate(62, ""), "for another host"));
}

TEST(TlsErrorsTest, LibcurlsWordsFollow) {
  EXPECT_TRUE(says(explain_tls_failure(CURLE_SSL_CONNECT_ERROR, 0, no_tls), no_tls));
}

TEST(TlsErrorsTest, OnlyWhatTlsBrokeIsATlsFailure) {
  EXPECT_TRUE(is_tls_failure(CURLE_SSL_CONNECT_ERROR, ""));
  EXPECT_TRUE(is_tls_failure(CURLE_RECV_ERROR, wants_certificate));
  EXPECT_FALSE(is_tls_failure(CURLE_RECV_ERROR, "Recv failure: Connection reset by peer"));
  EXPECT_FALSE(is_tls_failure(CURLE_OK, ""));
}

}  // namespace
}  // namespace paceline
