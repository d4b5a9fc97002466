#pragma once

#include <curl/curl.h>

#include <chrono>
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
  };

  explicit CurlSockets(loop::Loop& loop) : loop_(loop), retired_(loop) {}

  /// Opens a socket for libcurl; returns CURL_SOCKET_BAD with errno set on failure.
  curl_socket_t open(const curl_sockaddr& address);
  /// For CURLOPT_CLOSESOCKETFUNCTION, with `this` as the data.
  static int close(void* sockets, curl_socket_t descriptor) noexcept;

  /// Watches a socket as libcurl requests; `what` is one of CURL_POLL_*. `is_http_1`: the socket
  /// becomes idle after an HTTP/1 response, so that further bytes belong to no request.
  void want(Owner& owner, curl_socket_t descriptor, int what, bool is_http_1);
  /// When the bytes that are being read arrived; nothing if no bytes are being read or the kernel
  /// has no timestamp.
  std::optional<TimePoint> received() const { return received_; }
  /// Returns received() and clears it. For the end of a read.
  std::optional<TimePoint> take_received() { return std::exchange(received_, std::nullopt); }

 private:
  struct Entry {
    std::unique_ptr<loop::Poll> watch;
    Owner* owner = nullptr;
    /// Whether open() opened the socket, so that close() closes it. Watches of other sockets, such
    /// as those of libcurl's resolver, are not kept: the descriptor may become another socket
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
  /// With more transfers on one multi handle, libcurl's searches take noticeable time.
  static constexpr std::size_t most_transfers = 16;

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

  /// Begins a transfer. If the transfer ends at once, the owner is called in the loop's next
  /// iteration.
  void add(CurlTransfer& transfer);
  /// Removes a transfer that has not ended, and continues transfers that waited for its connection.
  void cancel(CurlTransfer& transfer);
  /// Removes a transfer that has not ended, and does nothing else.
  void remove(CurlTransfer& transfer);
  void act(curl_socket_t socket, int events) override;

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* multi, void*);
  static int on_timer(CURLM*, long timeout_ms, void* multi);
  /// Runs libcurl, and schedules a collect() if transfers ended.
  void advance();
  void perform(curl_socket_t socket, int events);
  /// Passes ended transfers to the owner.
  void collect();

  CurlSockets& sockets_;
  Owner& owner_;
  loop::Timer timer_;
  loop::DeferredCall collect_later_;
  bool due_now_ = false;
  /// Transfers that were added and not removed, and how many of them have not ended.
  int transfers_ = 0;
  int running_ = 0;
  /// When the transfers that have not been collected ended.
  TimePoint ended_;
  std::unique_ptr<CURLM, Cleanup> multi_{curl_multi_init()};
};

/// Carries exchanges by libcurl's multi interface: http and https, HTTP/1.1 and HTTP/2, proxies.
/// The transfers are sharded over several multi handles. For the loop's thread only.
class CurlTransport : public Transport, private CurlMulti::Owner {
 public:
  /// The most descriptors of a transport with that many exchanges, if its hosts are addresses.
  static std::size_t descriptors_for(std::size_t exchanges);

  CurlTransport(loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                ResponseSink& sink);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void send(Exchange& exchange, std::shared_ptr<const Target> target,
            std::span<const Resolver::Known> hosts) override;
  void flush() override {}
  bool cancel(Exchange& exchange) override;
  void release(Exchange&) override {}
  bool can_defer_reads() const override { return undeferrable_.empty(); }
  // libcurl opens connections for requests only.
  void open_ahead(const Exchange&, std::shared_ptr<const Target>, std::span<const Resolver::Known>,
                  std::size_t) override {}
  bool is_opening_ahead() const override { return false; }
  std::chrono::nanoseconds cpu_time() const override { return std::chrono::nanoseconds(0); }

 private:
  /// An exchange's transfer, made for the exchange's first request.
  struct State {
    std::unique_ptr<CurlTransfer> transfer{};
    bool is_running = false;
  };

  void ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
             TimePoint read) override;
  CurlMulti& multi_of(const Exchange& exchange) {
    return *multis_[exchange.number / CurlMulti::most_transfers];
  }

  ResponseSink& sink_;
  CurlSockets sockets_;
  CurlTransfer::Shared shared_;
  UndeferrableReads undeferrable_;
  // Destroying the multis closes connections, so they are destroyed before the sockets, and the
  // transfers before the multis.
  std::vector<std::unique_ptr<CurlMulti>> multis_;
  std::vector<State> states_;
};

}  // namespace paceline::http::curl
