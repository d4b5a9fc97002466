#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <paceline/http/retired_sockets.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// The sockets that libcurl opened, each with a watch that lives as long as the descriptor.
///
/// They stay watched between requests of a kept-alive connection: libcurl takes its interest back
/// after each response, and following it to the letter costs three system calls a request.
class CurlSockets {
 public:
  /// Who acts on what happens to a socket.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// `events` are CURL_CSELECT_*.
    virtual void act(curl_socket_t socket, int events) = 0;
  };

  explicit CurlSockets(Loop& loop) : loop_(loop), retired_(loop) {}

  /// Opens a socket for libcurl; CURL_SOCKET_BAD with errno set where that fails.
  curl_socket_t open(const curl_sockaddr& address);
  /// For CURLOPT_CLOSESOCKETFUNCTION, with `this` as the data.
  static int close(void* sockets, curl_socket_t descriptor) noexcept;

  /// Watches a socket as libcurl asks; `what` is one of CURL_POLL_*. `is_http_1`: the socket
  /// becomes idle after an HTTP/1 response, so that further bytes belong to no request.
  void want(Owner& owner, curl_socket_t descriptor, int what, bool is_http_1);
  /// When the bytes that are being read came in; nothing where nobody noted it, or none are.
  std::optional<TimePoint> received() const { return received_; }
  /// The same at the end of that reading.
  std::optional<TimePoint> take_received() { return std::exchange(received_, std::nullopt); }

 private:
  struct Entry {
    std::unique_ptr<Poll> watch;
    Owner* owner = nullptr;
    /// Opened by open(), so that close() tells of its end. Others (libcurl's resolver) are not
    /// kept watched, since their number can come back as another socket without a word.
    bool ours = false;
    bool idle = false;
    bool is_http_1 = false;
  };

  Entry& entry(int descriptor);
  void happened(int descriptor, int status, int events);

  Loop& loop_;
  RetiredSockets retired_;
  std::vector<Entry> entries_;
  std::optional<TimePoint> received_;
};

}  // namespace paceline
