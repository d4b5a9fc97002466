#include "tls_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <utility>

namespace paceline::http {
namespace {

loop::Descriptor connect_to(std::uint16_t port) {
  loop::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const auto* at = reinterpret_cast<const sockaddr*>(&address);
  if (connect(socket.get(), at, sizeof address) != 0) return {};
  return socket;
}

/// Carries bytes both ways between a client and a server.
class RelayedConnection {
 public:
  RelayedConnection(ByteStream& client, loop::Descriptor server)
      : client_(client), server_(std::move(server)) {}

  void run() {
    while (take_from_client() && take_from_server()) {
      std::array<pollfd, 2> polled{{{client_.descriptor(), POLLIN, 0}, {server_.get(), POLLIN, 0}}};
      if (client_.stop_signal().wait(polled) != StopSignal::Waited::ready) return;
    }
  }

 private:
  /// Returns whether the client is still there.
  bool take_from_client() {
    std::array<char, 65'536> buffer;
    while (const auto length = client_.read(buffer, Clock::now())) {
      if (*length == 0) return false;
      std::string_view rest(buffer.data(), *length);
      while (!rest.empty()) {
        const ssize_t sent = send(server_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    return true;
  }

  /// Returns whether the server is still there.
  bool take_from_server() {
    std::array<char, 65'536> buffer;
    while (true) {
      const ssize_t length = recv(server_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (length < 0 && errno == EAGAIN) return true;
      if (length < 0) client_.reset();
      if (length <= 0) return false;
      if (!client_.write({buffer.data(), static_cast<std::size_t>(length)})) return false;
    }
  }

  ByteStream& client_;
  loop::Descriptor server_;
};

}  // namespace

TlsRelay::TlsRelay(std::uint16_t port)
    : server_(Wire::tls_http_1, 1'000, [port](int, ByteStream& client) {
        loop::Descriptor server = connect_to(port);
        if (server.is_open()) RelayedConnection(client, std::move(server)).run();
      }) {}

}  // namespace paceline::http
