#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/transport.h>
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
    /// libcurl has closed the socket.
    virtual void closed(curl_socket_t socket) = 0;
  };

  explicit CurlSockets(loop::Loop& loop) : loop_(loop), retired_(loop) {}

  /// Takes over a socket that was opened for libcurl, which owns it from then on.
  curl_socket_t add(loop::Descriptor socket);
  /// For CURLOPT_CLOSESOCKETFUNCTION, with `this` as the data.
  static int close(void* sockets, curl_socket_t descriptor) noexcept;

  /// Watches a socket as libcurl requests; `what` is CURL_POLL_IN, CURL_POLL_OUT or both.
  void want(Owner& owner, curl_socket_t descriptor, int what);
  /// Keeps the watch of a socket that becomes idle. `is_http_1`: after an HTTP/1 response, so that
  /// further bytes belong to no request.
  void keep(curl_socket_t descriptor, bool is_http_1);
  /// Ends the watch of a socket. libcurl may have closed the socket.
  void forget(curl_socket_t descriptor) { entry(descriptor) = Entry{}; }
  /// When the bytes that are being read arrived; nothing if no bytes are being read or the kernel
  /// has no timestamp.
  std::optional<TimePoint> received() const { return received_; }
  /// Returns received() and clears it. For the end of a read.
  std::optional<TimePoint> take_received() { return std::exchange(received_, std::nullopt); }

 private:
  struct Entry {
    std::unique_ptr<loop::Poll> watch;
    Owner* owner = nullptr;
    /// Whether the socket came from add(), so that close() closes it. Watches of other sockets,
    /// such as those of libcurl's resolver, are not kept: the descriptor may become another socket
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

/// One of libcurl's multi handles on the loop. A transport has several, because libcurl searches
/// the connections of a multi handle linearly.
class CurlMulti : public CurlSockets::Owner {
 public:
  /// With more connections on one multi handle, libcurl's searches take noticeable time.
  static constexpr std::size_t most_connections = 16;
  /// libcurl sends at most that many requests at once on an HTTP/2 connection.
  static constexpr std::size_t most_streams = 100;

  /// Receives the ends of transfers. Called from the loop only.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// `received`: when the last bytes arrived, if the kernel has a timestamp. `read`: when libcurl
    /// had read them.
    virtual void ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
                       TimePoint read) = 0;
  };

  CurlMulti(loop::Loop& loop, CurlSockets& sockets, Owner& owner);

  /// Adds a transfer, which advance() begins.
  void add(CurlTransfer& transfer);
  /// Runs libcurl. The owner learns of transfers that ended in the loop's next iteration.
  void advance();
  /// Whether transfers were added since the last run of libcurl.
  bool has_added() const { return has_added_; }
  /// Removes a transfer that has not ended, and continues transfers that waited for its connection.
  void cancel(CurlTransfer& transfer);
  /// Removes a transfer that has not ended, and does nothing else.
  void remove(CurlTransfer& transfer);
  void act(curl_socket_t socket, int events) override;
  void closed(curl_socket_t socket) override;

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* multi, void*);
  static int on_timer(CURLM*, long timeout_ms, void* multi);
  /// Records the events that libcurl waits for on the transfer's socket.
  void note(curl_socket_t socket, int what, CurlTransfer& transfer);
  void perform(curl_socket_t socket, int events);
  /// Passes ended transfers to the owner.
  void collect();

  CurlSockets& sockets_;
  Owner& owner_;
  loop::Timer timer_;
  loop::DeferredCall collect_later_;
  bool due_now_ = false;
  bool has_added_ = false;
  /// Transfers that were added and not removed, and how many of them have not ended.
  int transfers_ = 0;
  int running_ = 0;
  /// When the transfers that have not been collected ended.
  TimePoint ended_;
  /// The open sockets of connections that carry several transfers at once, as over HTTP/2.
  std::vector<curl_socket_t> shared_;
  // Destroyed first, since libcurl then closes its sockets.
  std::unique_ptr<CURLM, Cleanup> multi_{curl_multi_init()};
};

}  // namespace paceline::http::curl
