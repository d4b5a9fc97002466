#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>

#include <paceline/http/curl/curl_sockets.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/loop/loop.h>

namespace paceline::http::curl {

/// One of libcurl's multi handles on the loop. A transport has several, because libcurl searches
/// the connections of a multi handle linearly.
class CurlMulti : public CurlSockets::Owner {
 public:
  /// With more transfers on one multi handle libcurl's searches take noticeable time.
  static constexpr std::size_t most_transfers = 16;

  /// Takes the ends of transfers, from the loop only.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// `received`: when the last bytes arrived, where the kernel noted that. `read`: when libcurl
    /// had read them.
    virtual void ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
                       TimePoint read) = 0;
  };

  CurlMulti(loop::Loop& loop, CurlSockets& sockets, Owner& owner);

  /// Begins a transfer. The owner hears of a transfer that ends at once in the loop's next
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
  /// Runs libcurl, and asks for a later collect() where that ended transfers.
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
  /// The end of the transfers that have not been collected.
  TimePoint ended_;
  std::unique_ptr<CURLM, Cleanup> multi_{curl_multi_init()};
};

}  // namespace paceline::http::curl
