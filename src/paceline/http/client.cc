#include <paceline/http/client.h>

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include <paceline/http/deadlines.h>
#include <paceline/http/exchange.h>
#include <paceline/http/sockets.h>
#include <paceline/loop/open_files.h>

namespace paceline {
namespace {

// More exchanges than this on one multi handle and libcurl's searches begin to cost.
constexpr std::size_t shard_size = 16;

void init_libcurl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

/// One multi handle with its timer.
class Client::Shard : public Sockets::Owner {
 public:
  Shard(Client& client, Loop& loop)
      : client_(client), timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); }) {
    CURLM* multi = multi_.get();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Shard::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Shard::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(2 * shard_size));
  }

  void add(CURL* easy) {
    curl_multi_add_handle(multi_.get(), easy);
    act(CURL_SOCKET_TIMEOUT, 0);
  }
  void remove(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }
  /// Removes one that is on its way. Others may have waited for its connection, and are told now.
  void cut_off(CURL* easy) {
    remove(easy);
    act(CURL_SOCKET_TIMEOUT, 0);
  }

  void act(curl_socket_t socket, int events) override {
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

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* shard, void*) {
    auto& self = *static_cast<Shard*>(shard);
    self.client_.sockets_->want(self, socket, what);
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* shard) {
    auto& self = *static_cast<Shard*>(shard);
    self.due_now_ = timeout_ms == 0;
    if (timeout_ms > 0) {
      self.timer_.start(std::chrono::milliseconds(timeout_ms));
    } else if (timeout_ms < 0) {
      self.timer_.stop();
    }
    return 0;
  }

  void collect() {
    const std::optional<TimePoint> received = client_.sockets_->take_received();
    if (collecting_) return;
    collecting_ = true;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      void* exchange = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
      curl_multi_remove_handle(multi_.get(), message->easy_handle);
      auto& done = *static_cast<Exchange*>(exchange);
      client_.deadlines_->end(done);
      done.finish(code, received ? *received : Clock::now());
      client_.on_done_(done);
    }
    collecting_ = false;
  }

  Client& client_;
  Timer timer_;
  bool due_now_ = false;
  bool collecting_ = false;
  std::unique_ptr<CURLM, Cleanup> multi_{curl_multi_init()};
};

std::size_t Client::descriptors_for(std::size_t parallel) {
  // A loop and its timers; and each multi handle has a pair of sockets to be woken by.
  constexpr std::size_t of_loop = 16;
  const std::size_t shards = (parallel + shard_size - 1) / shard_size;
  return of_loop + parallel + 2 * shards;
}

Client::Client(Loop& loop, const ClientOptions& options, OnDone on_done, OnPiece on_piece)
    : on_done_(std::move(on_done)), on_piece_(std::move(on_piece)) {
  init_libcurl_once();
  raise_open_files_limit();
  sockets_ = std::make_unique<Sockets>(loop);
  deadlines_ = std::make_unique<Deadlines>(loop, options.parallel, options.connection.timeout,
                                           [this](Exchange& exchange) { time_out(exchange); });
  const std::size_t shards = (options.parallel + shard_size - 1) / shard_size;
  for (std::size_t i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>(*this, loop));
  for (std::size_t i = 0; i < options.parallel; ++i) {
    exchanges_.push_back(std::make_unique<Exchange>(i, options));
    Exchange& exchange = *exchanges_.back();
    exchange.shard_ = shards_[i / shard_size].get();
    exchange.sockets_ = sockets_.get();
    exchange.on_piece_ = &on_piece_;
    CURL* easy = exchange.easy_.get();
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Sockets::open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets_.get());
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Sockets::close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets_.get());
  }
  // The last released is the next taken, so that few connections are kept busy rather than many
  // half idle.
  for (auto exchange = exchanges_.rbegin(); exchange != exchanges_.rend(); ++exchange) {
    free_.push_back(exchange->get());
  }
}

Client::~Client() {
  for (const auto& exchange : exchanges_) exchange->shard_->remove(exchange->easy_.get());
  exchanges_.clear();
  shards_.clear();
}

Exchange* Client::acquire() {
  if (free_.empty()) return nullptr;
  Exchange* exchange = free_.back();
  free_.pop_back();
  return exchange;
}

void Client::send(Exchange& exchange) {
  exchange.prepare();
  exchange.reply.sent = Clock::now();
  exchange.reply.done = exchange.reply.sent;
  deadlines_->begin(exchange);
  exchange.shard_->add(exchange.easy_.get());
}

void Client::time_out(Exchange& exchange) {
  exchange.shard_->cut_off(exchange.easy_.get());
  exchange.finish(CURLE_OPERATION_TIMEDOUT, Clock::now());
  on_done_(exchange);
}

void Client::release(Exchange& exchange) {
  free_.push_back(&exchange);
}

}  // namespace paceline
