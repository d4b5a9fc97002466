#include <curl/curl.h>
#include <gtest/gtest.h>
#include <paceline/http/connection_check.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "../../message_of.h"

namespace paceline::http {
namespace {

constexpr const char* certificate = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
constexpr const char* key = "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n";

class ConnectionCheckTest : public testing::Test {
 protected:
  ~ConnectionCheckTest() override {
    for (const std::string& file : files_) std::remove(file.c_str());
  }

  std::string file_with(const std::string& text) {
    files_.push_back(testing::TempDir() + "pem-" + std::to_string(getpid()) + "-" +
                     std::to_string(files_.size()));
    std::ofstream(files_.back()) << text;
    return files_.back();
  }

  static std::string why_not(const std::string& cert_file, const std::string& key_file = {}) {
    return message_of(check_connection({.cert_file = cert_file, .key_file = key_file}));
  }

  std::vector<std::string> files_;
};

std::optional<ErrorCode> code_of(const ConnectionOptions& options) {
  const auto checked = check_connection(options);
  if (checked) return std::nullopt;
  return checked.error().code;
}

TEST_F(ConnectionCheckTest, TheUsualOptionsAreFine) {
  EXPECT_EQ(code_of({}), std::nullopt);
  EXPECT_EQ(code_of({.transport = TransportKind::direct, .unix_socket = "/run/a"}), std::nullopt);
}

TEST_F(ConnectionCheckTest, ACertificateAndItsKeyMayShareAFile) {
  EXPECT_EQ(why_not(file_with(std::string(certificate) + key)), "");
  EXPECT_EQ(why_not(file_with(certificate), file_with(key)), "");
}

TEST_F(ConnectionCheckTest, FilesWithoutThemAreNamed) {
  const std::string only_certificate = file_with(certificate);
  const std::string only_key = file_with(key);
  EXPECT_EQ(why_not("/no/such.pem"), "/no/such.pem: No such file or directory");
  EXPECT_EQ(why_not("/dev/null"), "/dev/null is not a regular file");
  EXPECT_EQ(why_not(only_key), only_key + " contains no certificate in PEM");
  EXPECT_EQ(why_not(only_certificate), only_certificate + " contains no private key in PEM");
  EXPECT_EQ(why_not(only_certificate, "/no/such.key"), "/no/such.key: No such file or directory");
}

TEST_F(ConnectionCheckTest, AnEncryptedKeyIsRefused) {
  const std::string cert = file_with(certificate);
  for (const char* text :
       {"-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"}) {
    const std::string encrypted = file_with(text);
    EXPECT_EQ(why_not(cert, encrypted), "the key in " + encrypted + " is encrypted");
    EXPECT_EQ(code_of({.cert_file = cert, .key_file = encrypted}), ErrorCode::client_key_encrypted);
  }
}

TEST_F(ConnectionCheckTest, DirectLacksHttp3) {
  EXPECT_EQ(code_of({.transport = TransportKind::direct, .http = HttpVersion::three}),
            ErrorCode::not_carried);
}

TEST_F(ConnectionCheckTest, Http3NeedsALibcurlThatHasIt) {
  const curl_version_info_data* libcurl = curl_version_info(CURLVERSION_NOW);
  const bool has_it = (libcurl->features & CURL_VERSION_HTTP3) != 0;
  const std::string why = message_of(check_connection({.http = HttpVersion::three}));
  EXPECT_EQ(
      why,
      has_it ? "" : "libcurl " + std::string(libcurl->version) + " of this system has no HTTP/3");
}

TEST_F(ConnectionCheckTest, InterfacesAreOfThisMachine) {
  EXPECT_EQ(code_of({.interfaces = {"127.0.0.2", "lo"}}), std::nullopt);
  EXPECT_EQ(code_of({.interfaces = {"127.0.0.2", "203.0.113.9"}}), ErrorCode::interface_unusable);
}

TEST_F(ConnectionCheckTest, AUnixSocketHasNoInterface) {
  EXPECT_EQ(message_of(check_connection({.unix_socket = "/run/a", .interfaces = {"lo"}})),
            "connections to a Unix socket leave from no network interface");
}

TEST_F(ConnectionCheckTest, ASocketsPathMayBeTooLong) {
  EXPECT_EQ(code_of({.unix_socket = std::string(108, 'x')}), ErrorCode::socket_failed);
}

}  // namespace
}  // namespace paceline::http
