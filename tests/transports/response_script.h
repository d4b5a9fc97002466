#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paceline::http {

/// Names and values of headers or trailers. Names are in lower case.
using HeaderLines = std::vector<std::pair<std::string, std::string>>;

/// What follows the last piece of a scripted response.
enum class ResponseEnd {
  /// The response ends properly. Another request may follow on the connection.
  whole,
  /// The connection is closed at this point of the response.
  closed,
  /// HTTP/1.1: the connection is reset. HTTP/2: the stream is reset with INTERNAL_ERROR.
  reset,
  /// The rest of the response never comes, and the connection stays open.
  held,
};

/// A scripted response, for any HTTP version.
struct ResponseScript {
  /// A response of status 100 to 199, which comes before the response proper.
  struct Interim {
    int status = 103;
    HeaderLines headers{};
  };
  struct Piece {
    std::string bytes;
    /// The pause before the piece.
    std::chrono::milliseconds pause{0};
  };

  std::vector<Interim> interim{};
  /// 0: neither head nor body is sent, only the end.
  int status = 200;
  /// Headers except those that frame the body.
  HeaderLines headers{};
  std::vector<Piece> body{};
  /// Whether Content-Length is sent. HTTP/1.1 sends chunks without it.
  bool has_length = true;
  /// Value of Content-Length; nothing: the length of the body.
  std::optional<std::size_t> length{};
  /// Sent where the response has no Content-Length.
  HeaderLines trailers{};
  std::chrono::milliseconds pause_before_end{0};
  ResponseEnd end = ResponseEnd::whole;

  std::size_t body_size() const {
    std::size_t size = 0;
    for (const Piece& piece : body) size += piece.bytes.size();
    return size;
  }
};

/// A request as a server received it.
struct HeardRequest {
  std::string method;
  std::string path;
  HeaderLines headers{};
  std::string body{};

  /// The first header of that name, in lower case.
  std::optional<std::string> header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
};

/// A whole response with a body in one piece.
inline ResponseScript response_with(int status, std::string body, HeaderLines headers = {}) {
  ResponseScript script{.status = status, .headers = std::move(headers)};
  if (!body.empty()) script.body.push_back({std::move(body)});
  return script;
}

inline ResponseScript ok_script() {
  return response_with(200, "ok");
}

/// The first 4 of 10 bytes.
inline ResponseScript half_script(ResponseEnd end = ResponseEnd::closed) {
  return {.body = {{"half"}}, .length = 10, .end = end};
}

}  // namespace paceline::http
