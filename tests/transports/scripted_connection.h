#pragma once

#include <chrono>
#include <optional>

#include "response_script.h"

namespace paceline {

/// A connection that a script server has accepted. Calls block until they are done, the client has
/// gone, or the server stops. For the connection's thread only.
class ScriptedConnection {
 public:
  virtual ~ScriptedConnection() = default;
  /// Waits for the next whole request; nothing where none comes.
  virtual std::optional<HeardRequest> hear() = 0;
  /// Waits for the headers of the next request, and does not read its body.
  virtual std::optional<HeardRequest> hear_head() = 0;
  /// Responds to the request last heard.
  virtual void play(const ResponseScript& script) = 0;
  /// Waits until the client gives up the request last heard: it closes the connection, or with
  /// HTTP/2 resets the stream.
  virtual void wait_for_cancel() = 0;
  virtual void pause(std::chrono::milliseconds time) = 0;
  /// Resets the connection, under TLS too.
  virtual void reset_connection() = 0;
  /// Closes the connection. If the request last heard has its response, HTTP/2 sends a GOAWAY
  /// before, which leaves out the requests that came later.
  virtual void close() = 0;
};

}  // namespace paceline
