#pragma once

#include <paceline/endpoint/endpoint.h>
#include <paceline/endpoint/faults.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "script_server.h"
#include "tls_relay.h"

namespace paceline {

/// Responds to chat completions with faults. That is the endpoint, with TLS behind a relay; for
/// HTTP/2, which the endpoint does not speak, a script server with the same faults.
class FaultyServer {
 public:
  FaultyServer(Wire wire, const FaultOptions& faults);

  /// Without a path, such as "http://127.0.0.1:8080".
  std::string root() const;
  /// Requests that have arrived, but for those to /health, which has no faults.
  std::uint64_t requests() const;

 private:
  std::unique_ptr<Endpoint> endpoint_;
  std::optional<TlsRelay> relay_;
  std::atomic<std::uint64_t> scripted_requests_ = 0;
  std::optional<ScriptServer> script_server_;
};

}  // namespace paceline
