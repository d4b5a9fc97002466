#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

namespace paceline {

/// A TCP socket that listens on loopback, on a port that the system chose, or a Unix socket.
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
  /// Listens on a Unix socket of this path, which is removed with the object.
  LoopbackListener(int backlog, std::string path)
      : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), path_(std::move(path)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path_.copy(at.sun_path, sizeof at.sun_path - 1);
    bind(descriptor_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    listen(descriptor_, backlog);
  }
  ~LoopbackListener() {
    close(descriptor_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  /// With a Unix socket, a URL of a name that cannot be looked up.
  std::string url() const {
    if (!path_.empty()) return "http://api.test/";
    return "http://127.0.0.1:" + std::to_string(port()) + "/";
  }
  std::uint16_t port() const { return ntohs(address_.sin_port); }
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
  std::string path_;
};

}  // namespace paceline
