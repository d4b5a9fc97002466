#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <paceline/endpoint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paceline::endpoint {

/// A client that reads and hangs up when the test says so.
class RawClient {
 public:
  explicit RawClient(const Endpoint& endpoint) : RawClient(endpoint.port()) {}
  explicit RawClient(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
    const timeval patience{20, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~RawClient() { hang_up(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void say(std::string_view bytes) {
    EXPECT_EQ(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  void post(const std::string& path, const std::string& body) {
    say("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body);
  }

  /// Reads until `text` arrives. False if the connection ends before, or nothing arrives for 20 s.
  bool read_until(std::string_view text) {
    std::size_t searched = 0;
    while (got.find(text, searched) == std::string::npos) {
      searched = got.size() - std::min(got.size(), text.size());
      std::array<char, 16'384> part;
      const ssize_t size = recv(descriptor_, part.data(), part.size(), 0);
      // The system does not resume a call that has a time-out.
      if (size < 0 && errno == EINTR) continue;
      ++reads;
      ended = size == 0 || (size < 0 && errno != EAGAIN);
      if (size <= 0) return false;
      got.append(part.data(), static_cast<std::size_t>(size));
    }
    return true;
  }

  void hang_up() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }

  void reset() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    hang_up();
  }

  std::string got;
  /// Number of reads that returned bytes, the end or an error.
  int reads = 0;
  /// Whether the endpoint ended the connection, as far as it was read.
  bool ended = false;

 private:
  int descriptor_;
};

}  // namespace paceline::endpoint
