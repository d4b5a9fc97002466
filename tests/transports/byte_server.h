#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "../unit/loopback_listener.h"
#include "byte_stream.h"
#include "tls_stream.h"

namespace paceline::http {

/// The protocol of a test server's connections.
enum class Wire { http_1, tls_http_1, tls_http_2 };

/// A server that plays a scripted part in bytes on each connection, with or without TLS. Each
/// connection has a thread of its own.
class ByteServer {
 public:
  /// Called with the number of the connection, from 0, and its stream. The connection is closed
  /// afterwards.
  using Part = std::function<void(int number, ByteStream& stream)>;

  /// Accepts so many connections.
  ByteServer(Wire wire, int connections, Part part);
  /// The same on the Unix socket of that path.
  ByteServer(Wire wire, int connections, Part part, const std::string& path);
  /// Ends the scripts that still wait.
  ~ByteServer();
  ByteServer(const ByteServer&) = delete;
  ByteServer& operator=(const ByteServer&) = delete;

  /// "http://127.0.0.1:port/", or "https://…" with TLS. On a Unix socket, with another host.
  std::string url() const;
  /// The IPv4 addresses of the clients of the connections so far.
  std::vector<std::string> peers() const;

 private:
  void accept_connections(int connections);
  void play(int number, loop::Descriptor socket) const;

  Part part_;
  /// nullptr: no TLS.
  std::unique_ptr<const TlsContext> context_;
  StopSignal stop_;
  LoopbackListener listener_;
  mutable std::mutex mutex_;
  /// Under the mutex.
  std::vector<std::string> peers_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

/// Reads one request in HTTP/1.1 up to the end of its headers.
std::string read_head(ByteStream& stream);
/// Reads one request's headers and sends `response`.
void answer_one(ByteStream& stream, const std::string& response);
/// Reads until the client hangs up.
void read_all(ByteStream& stream);

inline constexpr const char* ok_response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace paceline::http
