#pragma once

#include <functional>
#include <string>
#include <vector>

#include "byte_server.h"
#include "scripted_connection.h"

namespace paceline::http {

/// A server that plays a part in response scripts on each connection, in HTTP/1.1 or HTTP/2.
class ScriptServer {
 public:
  /// Called with the number of the connection, from 0, on a thread per connection. The connection
  /// is closed afterwards.
  using Part = std::function<void(int number, ScriptedConnection& connection)>;

  /// Accepts so many connections.
  ScriptServer(Wire wire, int connections, Part part);
  /// The same on the Unix socket of that path.
  ScriptServer(Wire wire, int connections, Part part, const std::string& path);

  std::string url() const { return server_.url(); }
  /// As ByteServer::peers().
  std::vector<std::string> peers() const { return server_.peers(); }

 private:
  ByteServer server_;
};

/// Responds to one request.
void answer_one(ScriptedConnection& connection, const ResponseScript& script);
/// A part that responds to one request on each connection.
ScriptServer::Part answers(ResponseScript script);
/// Responds to each request, until the client disconnects.
void answer_all(ScriptedConnection& connection, const ResponseScript& script);

}  // namespace paceline::http
