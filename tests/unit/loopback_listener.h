#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace paceline {

/// A TCP socket that listens on loopback, on a port that the system chose.
class LoopbackListener {
 public:
  explicit LoopbackListener(int backlog)
      : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* at = reinterpret_cast<sockaddr*>(&address_);
    socklen_t length = sizeof address_;
    bind(descriptor_, at, length);
    listen(descriptor_, backlog);
    getsockname(descriptor_, at, &length);
  }
  ~LoopbackListener() { close(descriptor_); }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/";
  }
  /// The next connection's descriptor; negative when there is none.
  int accept() const { return accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC); }
  /// Makes accept() return from now on.
  void stop() const { shutdown(descriptor_, SHUT_RDWR); }
  /// A socket that connects to it. `more` are flags of socket(2).
  int connect(int more = 0) const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | more, 0);
    ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    return socket;
  }

 private:
  int descriptor_;
  sockaddr_in address_{};
};

}  // namespace paceline
