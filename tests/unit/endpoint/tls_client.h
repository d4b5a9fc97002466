#pragma once

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "../test_certificate.h"
#include "visitor.h"

namespace paceline::endpoint {

/// Options of an endpoint with TLS, whose streams send all their tokens at once.
inline EndpointOptions with_tls() {
  EndpointOptions options = at_once();
  options.cert_file = TestCertificate::instance().file();
  options.key_file = TestCertificate::instance().key_file();
  return options;
}

/// Makes the client trust the certificate of with_tls().
inline void trust(Visitor& visitor) {
  curl_easy_setopt(visitor.raw(), CURLOPT_CAINFO, TestCertificate::instance().file().c_str());
}

/// A TLS connection on which the test says what is sent.
class TlsClient {
 public:
  /// Connects, and shakes hands.
  explicit TlsClient(const std::string& root) : visitor_(root) {
    trust(visitor_);
    curl_easy_setopt(visitor_.raw(), CURLOPT_CONNECT_ONLY, 1L);
    visitor_.aim("/");
    const auto code = curl_easy_perform(visitor_.raw());
    EXPECT_EQ(code, CURLE_OK) << curl_easy_strerror(code);
  }

  void say(std::string_view bytes) {
    std::size_t sent = 0;
    EXPECT_EQ(curl_easy_send(visitor_.raw(), bytes.data(), bytes.size(), &sent), CURLE_OK);
    EXPECT_EQ(sent, bytes.size());
  }

  /// Reads until `text` arrives. False if the connection ends before, or nothing arrives for 20 s.
  bool read_until(std::string_view text) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(visitor_.raw(), CURLINFO_ACTIVESOCKET, &socket);
    while (got.find(text) == std::string::npos) {
      std::array<char, 16'384> part;
      std::size_t size = 0;
      const auto code = curl_easy_recv(visitor_.raw(), part.data(), part.size(), &size);
      if (code == CURLE_AGAIN) {
        constexpr int patience = 20'000;
        pollfd readable{socket, POLLIN, 0};
        if (poll(&readable, 1, patience) != 1) return false;
        continue;
      }
      if (code != CURLE_OK || size == 0) return false;
      got.append(part.data(), size);
    }
    return true;
  }

  std::string got;

 private:
  Visitor visitor_;
};

}  // namespace paceline::endpoint
