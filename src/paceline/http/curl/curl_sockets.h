#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <paceline/http/retired_sockets.h>
#include <paceline/loop/loop.h>

namespace paceline::http::curl {

/// The sockets that libcurl opened. Each has a watch that lives as long as the descriptor.
///
/// libcurl removes a socket after each response on a kept-alive connection. Closing the watch then
/// would cost three system calls per request, so the watch is kept.
class CurlSockets {
 public:
  /// Acts on the events of a socket.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// `events` are CURL_CSELECT_*.
    virtual void act(curl_socket_t socket, int events) = 0;
  };

  explicit CurlSockets(loop::Loop& loop) : loop_(loop), retired_(loop) {}

  /// Opens a socket for libcurl; CURL_SOCKET_BAD with errno set where that fails.
  curl_socket_t open(const curl_sockaddr& address);
  /// For CURLOPT_CLOSESOCKETFUNCTION, with `this` as the data.
  static int close(void* sockets, curl_socket_t descriptor) noexcept;

  /// Watches a socket as libcurl asks; `what` is one of CURL_POLL_*. `is_http_1`: the socket
  /// becomes idle after an HTTP/1 response, so that further bytes belong to no request.
  void want(Owner& owner, curl_socket_t descriptor, int what, bool is_http_1);
  /// When the bytes that are being read arrived; nothing where no bytes are being read or the
  /// kernel noted no time.
  std::optional<TimePoint> received() const { return received_; }
  /// Returns the same, and clears it at the end of the reading.
  std::optional<TimePoint> take_received() { return std::exchange(received_, std::nullopt); }

 private:
  struct Entry {
    std::unique_ptr<loop::Poll> watch;
    Owner* owner = nullptr;
    /// Whether open() opened the socket, so that close() closes it. Watches of other sockets, such
    /// as those of libcurl's resolver, are not kept: the number may become another socket
    /// unnoticed.
    bool ours = false;
    bool idle = false;
    bool is_http_1 = false;
  };

  Entry& entry(int descriptor);
  void happened(int descriptor, int status, int events);

  loop::Loop& loop_;
  RetiredSockets retired_;
  std::vector<Entry> entries_;
  std::optional<TimePoint> received_;
};

}  // namespace paceline::http::curl
