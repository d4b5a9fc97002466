#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "../../loopback_listener.h"

namespace paceline::http {

/// A server on a plain socket that plays one scripted part for each connection it accepts.
class ScriptedServer {
 public:
  /// `part` gets the number of the connection and its descriptor, which is closed afterwards.
  ScriptedServer(int connections, std::function<void(int, int)> part)
      : thread_([this, connections, part = std::move(part)] {
          for (int i = 0; i < connections; ++i) {
            const int connection = listener_.accept();
            if (connection < 0) return;
            part(i, connection);
            ::close(connection);
          }
        }) {}
  ~ScriptedServer() {
    listener_.stop();
    thread_.join();
  }

  std::string url() const { return listener_.url(); }

 private:
  LoopbackListener listener_{16};
  std::thread thread_;
};

/// Reads one request up to the end of its headers.
inline std::string read_head(int connection) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t length = read(connection, buffer, sizeof buffer);
    if (length <= 0) break;
    request.append(buffer, static_cast<std::size_t>(length));
  }
  return request;
}

/// Reads one request's headers and sends `response`.
inline void answer_one(int connection, const std::string& response) {
  if (read_head(connection).find("\r\n\r\n") == std::string::npos) return;
  std::string_view rest = response;
  while (!rest.empty()) {
    const ssize_t written = send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (written <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

inline constexpr const char* ok_response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace paceline::http
