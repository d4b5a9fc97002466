#include <gtest/gtest.h>
#include <paceline/http/direct/tls_context.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tls_pair.h"

namespace paceline::http::direct {
namespace {

Error error_of(const ConnectionOptions& options) {
  const auto made = TlsContext::make(options);
  return made ? Error{ErrorCode::stopped} : made.error();
}

/// Whether a connection resumes a session. Two connections of one host may.
bool is_resumed(const TlsPeerContext& peer, const std::shared_ptr<TlsContext>& context,
                const std::string& host = "localhost") {
  TlsPair pair(peer, context, host);
  EXPECT_EQ(pair.shake(), TlsStream::State::open) << pair.stream.error().message;
  EXPECT_EQ(pair.send("hello"), "hello");
  return SSL_session_reused(pair.peer.raw()) == 1;
}

TEST(TlsContext, KeepsASessionForEachOrigin) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsPeerContext peer({.most_version = version});
    const auto context = client_context();
    EXPECT_EQ(context->find_session("https://localhost"), nullptr);
    EXPECT_FALSE(is_resumed(peer, context));
    EXPECT_NE(context->find_session("https://localhost"), nullptr);
    EXPECT_TRUE(is_resumed(peer, context));
    // A session stays known when it was used.
    EXPECT_TRUE(is_resumed(peer, context));
    EXPECT_FALSE(is_resumed(peer, context, "api.test"));
    EXPECT_TRUE(is_resumed(peer, context, "api.test"));
    EXPECT_TRUE(is_resumed(peer, context));
  }
}

TEST(TlsContext, ASessionThatTheServerHasForgottenIsReplaced) {
  const auto context = client_context();
  for (int i = 0; i < 2; ++i) {
    const TlsPeerContext peer;
    EXPECT_FALSE(is_resumed(peer, context));
    EXPECT_TRUE(is_resumed(peer, context));
  }
}

TEST(TlsContext, WithoutReuseKeepsNoSession) {
  ConnectionOptions options = trusting(TestCertificate::instance());
  options.reuses = false;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsPeerContext peer({.most_version = version});
    const auto context = client_context(options);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(is_resumed(peer, context));
    EXPECT_EQ(context->find_session("https://localhost"), nullptr);
  }
}

TEST(TlsContext, ASessionWithAClientCertificateIsResumedToo) {
  const TestCertificate client;
  const TlsPeerContext peer({.client_authority = &client});
  ConnectionOptions options = trusting(TestCertificate::instance());
  options.cert_file = client.file();
  options.key_file = client.key_file();
  const auto context = client_context(options);
  EXPECT_TRUE(context->has_certificate());
  EXPECT_FALSE(is_resumed(peer, context));
  EXPECT_TRUE(is_resumed(peer, context));
}

TEST(TlsContext, ThreadsMayShareIt) {
  const TlsPeerContext peer;
  const auto context = client_context();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) is_resumed(peer, context);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(is_resumed(peer, context));
}

TEST(TlsContext, AuthoritiesThatCannotBeReadAreAnError) {
  const TestCertificate folder;
  const std::string no_pem = folder.file() + ".no";
  std::ofstream(no_pem) << "no certificate";
  const auto error_with = [](const std::string& file) {
    ConnectionOptions options;
    options.ca_file = file;
    return error_of(options);
  };
  for (const std::string& file : {std::string("/no/such.pem"), no_pem, std::string("/")}) {
    const Error error = error_with(file);
    EXPECT_EQ(error.code, ErrorCode::certificates_unreadable) << file;
    EXPECT_NE(error.message.find("trusted authorities: " + file + " (given)"), std::string::npos)
        << error.message;
  }
  EXPECT_NE(error_with("/no/such.pem").message.find("(No such file or directory)"),
            std::string::npos)
      << error_with("/no/such.pem").message;
}

TEST(TlsContext, AClientCertificateNeedsItsKey) {
  const TestCertificate client;
  const TestCertificate other;
  const auto code_with = [&](const std::string& certificate, const std::string& key) {
    ConnectionOptions options = trusting(client);
    options.cert_file = certificate;
    options.key_file = key;
    return error_of(options).code;
  };
  EXPECT_EQ(code_with(client.file(), client.key_file()), ErrorCode::stopped);
  const auto unusable = ErrorCode::client_certificate_unusable;
  EXPECT_EQ(code_with(client.file(), other.key_file()), unusable);
  EXPECT_EQ(code_with(client.file(), ""), unusable);
  EXPECT_EQ(code_with(client.key_file(), client.key_file()), unusable);
  EXPECT_EQ(code_with("/no/such.pem", client.key_file()), unusable);
  // A file may have both.
  const std::string both = client.file() + ".both";
  std::ofstream(both) << std::ifstream(client.key_file()).rdbuf()
                      << std::ifstream(client.file()).rdbuf();
  EXPECT_EQ(code_with(both, ""), ErrorCode::stopped);
}

TEST(SharedTlsContext, IsMadeOnceAndNotFromAnError) {
  SharedTlsContext shared;
  ConnectionOptions wrong;
  wrong.ca_file = "/no/such.pem";
  EXPECT_FALSE(shared.get(wrong).has_value());
  const auto made = shared.get(trusting(TestCertificate::instance()));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(shared.get(wrong).value(), made.value());
}

}  // namespace
}  // namespace paceline::http::direct
