#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <paceline/http/direct/begin_connect.h>
#include <paceline/http/unix_socket.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

namespace paceline::http::direct {
namespace {

Error error_for(const std::string& address, const std::string& port, const Source* source,
                std::string_view reason) {
  return {ErrorCode::connect_failed, fmt::format("cannot connect to {} port {}{}: {}", address,
                                                 port, words_of(source), reason)};
}

}  // namespace

Error connect_error(const std::string& address, const std::string& port, const Source* source,
                    int error) {
  return error_for(address, port, source, std::generic_category().message(error));
}

Result<loop::Descriptor> begin_connect(const std::string& address, const std::string& port,
                                       const Source* source) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (const int error = getaddrinfo(address.c_str(), port.c_str(), &hints, &raw); error != 0) {
    return tl::unexpected(error_for(address, port, source, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, freeaddrinfo);
  loop::Descriptor socket(
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    return loop::fail_to_open(fmt::format("a connection to {} port {}", address, port), errno);
  }
  if (source != nullptr) {
    if (auto bound = bind_to(socket.get(), *source); !bound) return tl::unexpected(bound.error());
  }
  const int no_delay = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
  if (::connect(socket.get(), found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS) {
    return tl::unexpected(connect_error(address, port, source, errno));
  }
  return socket;
}

Result<loop::Descriptor> connect_to_unix_socket(const std::string& path) {
  loop::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    return loop::fail_to_open(fmt::format("a connection to the Unix socket '{}'", path), errno);
  }
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    return tl::unexpected(unix_connect_error(path, errno));
  }
  return socket;
}

}  // namespace paceline::http::direct
