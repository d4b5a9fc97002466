#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

/// The transports.
enum class TransportKind {
  /// libcurl's multi interface: http and https, HTTP/1.1 and HTTP/2, proxies.
  curl,
  /// HTTP/1.1 without TLS on sockets of its own.
  direct,
};

/// The name in flags and results.
constexpr std::string_view name_of(TransportKind kind) {
  return kind == TransportKind::direct ? "direct" : "curl";
}

/// The versions of HTTP that a client uses.
enum class HttpVersion {
  /// HTTP/1.1.
  one,
  /// HTTP/2 by ALPN over TLS. Response::http_version differs if the server chose another version.
  two,
  /// HTTP/2 over TLS if the server supports it, else HTTP/1.1.
  automatic,
};

/// Options of every connection and request.
struct ConnectionOptions {
  /// The transport of all requests.
  TransportKind transport = TransportKind::curl;
  /// The longest time of one request, from send to last byte.
  std::chrono::milliseconds timeout{60'000};
  /// A PEM file with the certificates to trust; empty: the system's.
  std::string ca_file{};
  /// The HTTP version to use.
  HttpVersion http = HttpVersion::automatic;
  /// Whether a connection carries further requests after its first. Otherwise each request has a
  /// new connection, over TLS with a full handshake, which is closed after the response.
  bool reuses = true;
  /// The longest response, in bytes. A longer one fails, so that no server can fill the memory.
  std::size_t max_response = 64U << 20U;
  /// The memory of all responses in flight, in bytes. While they hold more, the longest one fails.
  std::size_t memory = 1U << 30U;
};

}  // namespace paceline
