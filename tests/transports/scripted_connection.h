#pragma once

#include <chrono>
#include <optional>

#include "response_script.h"

namespace paceline::http {

/// A connection that a script server has accepted. Calls block until they are done, the client has
/// disconnected, or the server stops. Use on the connection's thread only.
class ScriptedConnection {
 public:
  virtual ~ScriptedConnection() = default;
  /// Waits for the next whole request; nothing: no further request comes.
  virtual std::optional<HeardRequest> hear() = 0;
  /// Waits for the headers of the next request, and does not read its body.
  virtual std::optional<HeardRequest> hear_head() = 0;
  /// Responds to the request last heard.
  virtual void play(const ResponseScript& script) = 0;
  /// Waits until the client gives up the request last heard: the client closes the connection, or
  /// over HTTP/2 resets the stream.
  virtual void wait_for_cancel() = 0;
  virtual void pause(std::chrono::milliseconds time) = 0;
  /// Closes the connection with a TCP reset, over TLS too.
  virtual void reset_connection() = 0;
  /// Closes the connection. If the request last heard has its response, HTTP/2 first sends a GOAWAY
  /// that excludes later requests.
  virtual void close() = 0;
};

}  // namespace paceline::http
