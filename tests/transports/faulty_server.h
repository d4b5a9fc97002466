#pragma once

#include <paceline/endpoint.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "script_server.h"
#include "tls_relay.h"

namespace paceline::http {

/// A server that responds to chat completions with faults: the endpoint, for TLS behind a relay.
/// The endpoint has no HTTP/2, so for HTTP/2 a script server has the same faults.
class FaultyServer {
 public:
  FaultyServer(Wire wire, const FaultOptions& faults);

  /// URL without a path, such as "http://127.0.0.1:8080".
  std::string root() const;
  /// Number of requests that have arrived, without those to /health, which has no faults.
  std::uint64_t requests() const;

 private:
  std::unique_ptr<Endpoint> endpoint_;
  std::optional<TlsRelay> relay_;
  std::atomic<std::uint64_t> scripted_requests_ = 0;
  std::optional<ScriptServer> script_server_;
};

}  // namespace paceline::http
