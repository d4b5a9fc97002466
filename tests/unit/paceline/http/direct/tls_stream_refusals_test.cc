// Why a handshake or a read fails.

#include <gtest/gtest.h>
#include <paceline/http/direct/tls_stream.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tls_pair.h"

namespace paceline::http::direct {
namespace {

using namespace std::chrono_literals;

/// The error of the handshake of a client that trusts the certificate; nothing: there is none.
std::optional<Error> refusal_of(const TestCertificate& certificate, const std::string& host,
                                const TestCertificate* trusted = nullptr) {
  const TlsPeerContext context({.certificate = &certificate});
  TlsPair pair(context, client_context(trusting(trusted == nullptr ? certificate : *trusted)),
               host);
  if (pair.shake() == TlsStream::State::open) return std::nullopt;
  EXPECT_TRUE(pair.stream.has_failed());
  EXPECT_FALSE(pair.peer.is_open());
  return pair.stream.error();
}

ErrorCode code_of(const std::optional<Error>& error) {
  return error ? error->code : ErrorCode::stopped;
}

TEST(TlsStreamRefusals, ACertificateIsForItsHostsOnly) {
  const TestCertificate certificate{
      {.names = "DNS:api.test,DNS:*.wild.test,IP:127.0.0.1,IP:2001:db8::1"}};
  for (const char* host : {"api.test", "API.test", "api.test.", "one.wild.test", "127.0.0.1",
                           "2001:db8::1", "2001:DB8:0::1"}) {
    EXPECT_EQ(refusal_of(certificate, host), std::nullopt) << host;
  }
  for (const char* host :
       {"other.test", "api.test.other", "sub.api.test", "wild.test", "a.b.wild.test", ".", "",
        "127.0.0.2", "2001:db8::2", "api.test..", ".test", ".wild.test", ".api.test."}) {
    const auto error = refusal_of(certificate, host);
    EXPECT_EQ(code_of(error), ErrorCode::certificate_of_other_host) << host;
    if (error) {
      EXPECT_EQ(error->message,
                "the server's certificate is for another host (none of its names matches '" +
                    std::string(host) + "')");
    }
  }
}

TEST(TlsStreamRefusals, ACertificateHasToBeTrusted) {
  const TestCertificate authority;
  const TestCertificate other;
  const TestCertificate certificate{{.issuer = &authority}};
  EXPECT_EQ(refusal_of(certificate, "localhost", &authority), std::nullopt);
  // The certificate itself is trusted without its authority.
  EXPECT_EQ(refusal_of(certificate, "localhost", &certificate), std::nullopt);
  const auto error = refusal_of(certificate, "localhost", &other);
  EXPECT_EQ(code_of(error), ErrorCode::certificate_untrusted);
  EXPECT_NE(error->message.find("trusted authorities: " + other.file() + " (given)"),
            std::string::npos)
      << error->message;
  const TestCertificate alone;
  const auto self_signed = refusal_of(alone, "localhost", &authority);
  EXPECT_EQ(code_of(self_signed), ErrorCode::certificate_untrusted);
  EXPECT_NE(self_signed->message.find("self-signed"), std::string::npos) << self_signed->message;
}

TEST(TlsStreamRefusals, ACertificateHasItsTime) {
  const TestCertificate authority;
  const TestCertificate old{{.begins = -48h, .ends = -24h, .issuer = &authority}};
  EXPECT_EQ(code_of(refusal_of(old, "localhost", &authority)), ErrorCode::certificate_expired);
  const TestCertificate early{{.begins = 24h, .ends = 48h, .issuer = &authority}};
  EXPECT_EQ(code_of(refusal_of(early, "localhost", &authority)),
            ErrorCode::certificate_not_yet_valid);
}

TEST(TlsStreamRefusals, AServerNeedsTls12) {
  const TlsPeerContext context({.least_version = TLS1_VERSION, .most_version = TLS1_1_VERSION});
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::failed);
  EXPECT_EQ(pair.stream.error().code, ErrorCode::tls_too_old) << pair.stream.error().message;
}

TEST(TlsStreamRefusals, WhatIsNoTlsSaysSo) {
  for (const char* words : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                            "220 mail.test ESMTP\r\n", "\x15\x03"}) {
    const TlsPeerContext context;
    TlsPair pair(context);
    ASSERT_EQ(pair.stream.shake({}), TlsStream::State::reading);
    const TlsStream::State state = pair.stream.shake(words);
    // Of a record, a part may have come.
    if (std::string_view(words).size() < 5) {
      EXPECT_EQ(state, TlsStream::State::reading);
      continue;
    }
    ASSERT_EQ(state, TlsStream::State::failed);
    EXPECT_EQ(pair.stream.error().code, ErrorCode::tls_missing) << pair.stream.error().message;
    EXPECT_EQ(pair.stream.read({}), std::nullopt);
  }
}

TEST(TlsStreamRefusals, AnAlertOfTheServerIsTheReason) {
  const TlsPeerContext context;
  TlsPair pair(context);
  ASSERT_EQ(pair.stream.shake({}), TlsStream::State::reading);
  // handshake_failure.
  constexpr std::string_view alert("\x15\x03\x03\x00\x02\x02\x28", 7);
  ASSERT_EQ(pair.stream.shake(alert), TlsStream::State::failed);
  EXPECT_EQ(pair.stream.error().code, ErrorCode::tls_refused) << pair.stream.error().message;
}

TEST(TlsStreamRefusals, TheServerIsToldWhyTheClientGivesUp) {
  const TestCertificate other;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsPeerContext context({.most_version = version});
    TlsPair pair(context, client_context(trusting(other)));
    ASSERT_EQ(pair.shake(), TlsStream::State::failed);
    EXPECT_EQ(pair.peer.words(), "tlsv1 alert unknown ca");
  }
}

TEST(TlsStreamRefusals, WhatWasDecryptedBeforeAnErrorCounts) {
  const TlsPeerContext context;
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  pair.peer.write("before");
  pair.peer.write("broken");
  std::string bytes = pair.peer.give();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  pair.stream.take(bytes);
  std::string text(100, '\0');
  EXPECT_EQ(pair.stream.read(text), std::string_view("before").size());
  EXPECT_TRUE(text.starts_with("before"));
  EXPECT_TRUE(pair.stream.has_failed());
  EXPECT_EQ(pair.stream.read(text), std::nullopt);
  EXPECT_EQ(pair.stream.words(), "decryption failed or bad record mac");
}

TEST(TlsStreamRefusals, AMissingClientCertificateIsToldOf) {
  const TestCertificate client;
  {
    const TlsPeerContext context({.most_version = TLS1_2_VERSION, .client_authority = &client});
    TlsPair pair(context);
    ASSERT_EQ(pair.shake(), TlsStream::State::failed);
    // TLS 1.2 has no alert of its own for that.
    EXPECT_EQ(pair.stream.error().code, ErrorCode::tls_refused);
    EXPECT_NE(pair.stream.error().message.find("it may ask for a client certificate"),
              std::string::npos)
        << pair.stream.error().message;
  }
  // With TLS 1.3 the client's handshake has ended by then.
  const TlsPeerContext context({.client_authority = &client});
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  EXPECT_TRUE(pair.stream.has_failed());
  EXPECT_TRUE(pair.stream.lacks_certificate());
  EXPECT_EQ(pair.stream.error().code, ErrorCode::client_certificate_required)
      << pair.stream.error().message;
  // What is written then goes nowhere.
  pair.stream.write("hello");
}

TEST(TlsStreamRefusals, AClientCertificateMayBeRefused) {
  const TestCertificate wanted;
  ConnectionOptions options = trusting(TestCertificate::instance());
  const TestCertificate shown;
  options.cert_file = shown.file();
  options.key_file = shown.key_file();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsPeerContext context({.most_version = version, .client_authority = &wanted});
    TlsPair pair(context, client_context(options));
    pair.shake();
    ASSERT_TRUE(pair.stream.has_failed());
    EXPECT_EQ(pair.stream.error().code, ErrorCode::client_certificate_refused)
        << pair.stream.error().message;
  }
}

}  // namespace
}  // namespace paceline::http::direct
