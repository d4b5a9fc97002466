#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// The transports.
enum class TransportKind {
  /// libcurl's multi interface: http and https, HTTP/1.1 and HTTP/2, proxies.
  curl,
  /// HTTP/1.1, and over TLS HTTP/2, on sockets of its own: less CPU time, and no proxies.
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
  /// HTTP/3, and no other version. Needs a libcurl that has it.
  three,
};

/// The addresses of a host, which is then not looked up.
struct HostAddresses {
  /// The host's name, or its IPv4 address, as in URLs.
  std::string host{};
  /// The port of the URL, or else its scheme's.
  std::uint16_t port = 0;
  /// IPv4 and IPv6 addresses without brackets, in the order in which to try them.
  std::vector<std::string> addresses{};
};

/// Options of every connection and request.
struct ConnectionOptions {
  /// The transport of all requests.
  TransportKind transport = TransportKind::curl;
  /// The longest time of one request, from send to last byte.
  std::chrono::milliseconds timeout{60'000};
  /// A PEM file with the certificates to trust; empty: the system's.
  std::string ca_file{};
  /// A PEM file with the client's certificate; empty: none is sent.
  std::string cert_file{};
  /// A PEM file with the unencrypted key of that certificate; empty: `cert_file` contains it.
  std::string key_file{};
  /// The HTTP version to use.
  HttpVersion http = HttpVersion::automatic;
  /// Whether a connection carries further requests after its first. Otherwise each request has a
  /// new connection, over TLS with a full handshake, which is closed after the response.
  bool reuses = true;
  /// Path of a Unix socket for all connections; empty: none. The URL then gives only the scheme,
  /// the header Host and the path. No host is looked up, and no proxy is used.
  std::string unix_socket{};
  /// The addresses of this machine, or names of its network interfaces, from which connections
  /// leave; empty: the system chooses. The connections to a server take them in turn, without those
  /// that have no address of the server's family. Lookups of hosts do not use them.
  std::vector<std::string> interfaces{};
  /// Hosts, proxies included, that are not looked up.
  std::vector<HostAddresses> host_addresses{};
  /// Whether requests ask for compressed responses. Responses in gzip, deflate and br are decoded
  /// in any case.
  bool compressed = false;
  /// The longest response, in bytes. A longer one fails, so that no server can fill the memory.
  std::size_t max_response = 64U << 20U;
  /// The memory of all responses in flight and of their decoders, in bytes. While they hold more,
  /// the longest one fails.
  std::size_t memory = 1U << 30U;
};

}  // namespace paceline
