#include <paceline/http/shard.h>

#include <chrono>
#include <optional>

namespace paceline {

Shard::Shard(Loop& loop, Sockets& sockets, const OnEnd& on_end)
    : sockets_(sockets), on_end_(on_end), timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); }) {
  CURLM* multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Shard::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Shard::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(2 * most_transfers));
}

void Shard::add(Transfer& transfer) {
  curl_multi_add_handle(multi_.get(), transfer.raw());
  act(CURL_SOCKET_TIMEOUT, 0);
}

void Shard::remove(Transfer& transfer) {
  curl_multi_remove_handle(multi_.get(), transfer.raw());
}

void Shard::cut_off(Transfer& transfer) {
  remove(transfer);
  act(CURL_SOCKET_TIMEOUT, 0);
}

void Shard::act(curl_socket_t socket, int events) {
  due_now_ = false;
  int running = 0;
  curl_multi_socket_action(multi_.get(), socket, events, &running);
  // libcurl asks for "at once" while it sets up a connection. A millisecond's timer would be
  // felt; the bound keeps a libcurl that never has enough from holding the loop.
  for (int round = 0; due_now_ && round < 8; ++round) {
    due_now_ = false;
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
  if (due_now_) timer_.start(std::chrono::milliseconds(1));
  collect();
}

int Shard::on_socket(CURL*, curl_socket_t socket, int what, void* shard, void*) {
  auto& self = *static_cast<Shard*>(shard);
  self.sockets_.want(self, socket, what);
  return 0;
}

int Shard::on_timer(CURLM*, long timeout_ms, void* shard) {
  auto& self = *static_cast<Shard*>(shard);
  self.due_now_ = timeout_ms == 0;
  if (timeout_ms > 0) {
    self.timer_.start(std::chrono::milliseconds(timeout_ms));
  } else if (timeout_ms < 0) {
    self.timer_.stop();
  }
  return 0;
}

void Shard::collect() {
  const std::optional<TimePoint> received = sockets_.take_received();
  if (collecting_) return;
  collecting_ = true;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    auto& ended = *static_cast<Transfer*>(transfer);
    ended.end(code);
    remove(ended);
    on_end_(ended, code, received ? *received : Clock::now());
  }
  collecting_ = false;
}

}  // namespace paceline
