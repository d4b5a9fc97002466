#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace paceline {

/// A server on a plain socket that plays one scripted part for each connection it accepts.
class ScriptedServer {
 public:
  /// `part` gets the number of the connection and its descriptor, which is closed afterwards.
  ScriptedServer(int connections, std::function<void(int, int)> part)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 16);
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, connections, part = std::move(part)] {
      for (int i = 0; i < connections; ++i) {
        const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        part(i, connection);
        ::close(connection);
      }
    });
  }
  ~ScriptedServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listener_;
  int port_ = 0;
  std::thread thread_;
};

/// Reads one request's headers and sends `reply`.
inline void answer_one(int connection, const std::string& reply) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t length = read(connection, buffer, sizeof buffer);
    if (length <= 0) return;
    request.append(buffer, static_cast<std::size_t>(length));
  }
  [[maybe_unused]] const ssize_t written =
      send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
}

inline constexpr const char* ok_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace paceline
