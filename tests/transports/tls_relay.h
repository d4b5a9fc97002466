#pragma once

#include <cstdint>
#include <string>

#include "byte_server.h"

namespace paceline {

/// Speaks TLS, with HTTP/1.1 in ALPN, before a server on a port of this machine that does not. A
/// connection that the server ends or resets is ended or reset at the client's side.
class TlsRelay {
 public:
  explicit TlsRelay(std::uint16_t port);
  std::string url() const { return server_.url(); }

 private:
  ByteServer server_;
};

}  // namespace paceline
