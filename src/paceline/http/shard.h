#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>

#include <paceline/http/sockets.h>
#include <paceline/http/transfer.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// One multi handle of libcurl on the loop. A client has several, because libcurl searches a
/// multi's connections in a line.
class Shard : public Sockets::Owner {
 public:
  /// More transfers than this on one multi handle and libcurl's searches begin to cost.
  static constexpr std::size_t most_transfers = 16;

  /// Called when a transfer has ended, and when that was; not from within libcurl.
  using OnEnd = std::function<void(Transfer&, CURLcode, TimePoint)>;

  Shard(Loop& loop, Sockets& sockets, const OnEnd& on_end);

  void add(Transfer& transfer);
  void remove(Transfer& transfer);
  /// Removes one that is on its way. Others may have waited for its connection, and are told now.
  void cut_off(Transfer& transfer);
  void act(curl_socket_t socket, int events) override;

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* shard, void*);
  static int on_timer(CURLM*, long timeout_ms, void* shard);
  void collect();

  Sockets& sockets_;
  const OnEnd& on_end_;
  Timer timer_;
  bool due_now_ = false;
  bool collecting_ = false;
  std::unique_ptr<CURLM, Cleanup> multi_{curl_multi_init()};
};

}  // namespace paceline
