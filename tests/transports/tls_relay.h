#pragma once

#include <cstdint>
#include <string>

#include "byte_server.h"

namespace paceline::http {

/// A TLS relay, with HTTP/1.1 in ALPN, in front of a server without TLS on this machine. If the
/// server ends or resets a connection, the relay ends or resets the client's connection.
class TlsRelay {
 public:
  explicit TlsRelay(std::uint16_t port);
  std::string url() const { return server_.url(); }

 private:
  ByteServer server_;
};

}  // namespace paceline::http
