#include "script_server.h"

#include <memory>
#include <utility>

#include "http1_connection.h"
#include "http2_connection.h"

namespace paceline::http {
namespace {

std::unique_ptr<ScriptedConnection> connection_over(Wire wire, ByteStream& stream) {
  if (wire == Wire::tls_http_2) return std::make_unique<Http2Connection>(stream);
  return std::make_unique<Http1Connection>(stream);
}

ByteServer::Part in_bytes(Wire wire, ScriptServer::Part part) {
  return [wire, play = std::move(part)](int number, ByteStream& stream) {
    const auto connection = connection_over(wire, stream);
    play(number, *connection);
    connection->close();
  };
}

}  // namespace

ScriptServer::ScriptServer(Wire wire, int connections, Part part)
    : server_(wire, connections, in_bytes(wire, std::move(part))) {}

ScriptServer::ScriptServer(Wire wire, int connections, Part part, const std::string& path)
    : server_(wire, connections, in_bytes(wire, std::move(part)), path) {}

void answer_one(ScriptedConnection& connection, const ResponseScript& script) {
  if (connection.hear()) connection.play(script);
}

ScriptServer::Part answers(ResponseScript script) {
  return [played = std::move(script)](int, ScriptedConnection& connection) {
    answer_one(connection, played);
  };
}

void answer_all(ScriptedConnection& connection, const ResponseScript& script) {
  while (connection.hear()) connection.play(script);
}

}  // namespace paceline::http
