#include "byte_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <utility>

namespace paceline::http {
namespace {

constexpr int backlog = 16;

std::unique_ptr<const TlsContext> context_of(Wire wire) {
  if (wire == Wire::http_1) return nullptr;
  return std::make_unique<const TlsContext>(wire == Wire::tls_http_2 ? "h2" : "http/1.1");
}

/// Empty for a Unix socket.
std::string peer_of(int socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length);
  std::array<char, INET_ADDRSTRLEN> text{};
  if (address.sin_family != AF_INET) return {};
  return inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
}

void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

ByteServer::ByteServer(Wire wire, int connections, Part part)
    : part_(std::move(part)),
      context_(context_of(wire)),
      listener_(backlog),
      acceptor_([this, connections] { accept_connections(connections); }) {}

ByteServer::ByteServer(Wire wire, int connections, Part part, const std::string& path)
    : part_(std::move(part)),
      context_(context_of(wire)),
      listener_(backlog, path),
      acceptor_([this, connections] { accept_connections(connections); }) {}

ByteServer::~ByteServer() {
  stop_.raise();
  listener_.stop();
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
}

std::string ByteServer::url() const {
  const std::string url = listener_.url();
  return context_ ? "https" + url.substr(url.find(':')) : url;
}

std::vector<std::string> ByteServer::peers() const {
  const std::lock_guard lock(mutex_);
  return peers_;
}

void ByteServer::accept_connections(int connections) {
  for (int number = 0; number < connections; ++number) {
    loop::Descriptor socket(listener_.accept());
    if (!socket.is_open()) return;
    {
      const std::lock_guard lock(mutex_);
      peers_.push_back(peer_of(socket.get()));
    }
    connections_.emplace_back([this, number, descriptor = socket.release()] {
      play(number, loop::Descriptor(descriptor));
    });
  }
}

void ByteServer::play(int number, loop::Descriptor socket) const {
  if (!context_) {
    PlainStream stream(std::move(socket), stop_);
    part_(number, stream);
    return stream.close();
  }
  block_sigpipe();
  TlsStream stream(*context_, std::move(socket), stop_);
  if (!stream.accept()) return;
  part_(number, stream);
  stream.close();
}

std::string read_head(ByteStream& stream) {
  std::string request;
  std::array<char, 4096> buffer;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const std::size_t length = stream.read(buffer).value_or(0);
    if (length == 0) break;
    request.append(buffer.data(), length);
  }
  return request;
}

void answer_one(ByteStream& stream, const std::string& response) {
  if (read_head(stream).find("\r\n\r\n") != std::string::npos) stream.write(response);
}

void read_all(ByteStream& stream) {
  std::array<char, 4096> buffer;
  while (stream.read(buffer).value_or(0) > 0) {
  }
}

}  // namespace paceline::http
