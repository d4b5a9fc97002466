// The most that one thread gets out of libcurl's multi interface, without paceline: libcurl on
// epoll, and nothing else. Sends one body again and again, as fast as the responses come.

#include <curl/curl.h>
#include <getopt.h>
#include <paceline/loop/sockets.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Flags {
  std::string target;
  std::string body;
  std::string ca_file;
  std::size_t parallel = 0;
  std::chrono::seconds time{0};
  std::size_t multis = 1;
  bool has_http2 = false;
};

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "bare_multi: %s\n", what);
  std::exit(1);
}

struct Free {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, Free>;
using Headers = std::unique_ptr<curl_slist, Free>;
using Url = std::unique_ptr<CURLU, Free>;

/// An epoll set that keeps the sockets of kept-alive connections. libcurl takes its interest in a
/// socket back after each response.
class Sockets {
 public:
  Sockets() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  ~Sockets() { close(epoll_); }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  void want(int socket, int what, std::size_t multi) {
    if (what == CURL_POLL_REMOVE) return;
    std::uint32_t events = 0;
    if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
    const auto place = static_cast<std::size_t>(socket);
    if (place >= watched_.size()) watched_.resize(2 * place + 1);
    Watched& watched = watched_[place];
    if (watched.events == events && watched.multi == multi) return;
    epoll_event event{events, {.u64 = multi << 32U | place}};
    epoll_ctl(epoll_, watched.events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    watched = {events, multi};
  }

  void forget(int socket) {
    const auto place = static_cast<std::size_t>(socket);
    if (place < watched_.size()) watched_[place] = {};
  }

  /// `on_event(multi, socket, what)` gets what libcurl wants to know. `wait`: milliseconds.
  template <typename OnEvent>
  void wait(int wait, const OnEvent& on_event) {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      int what = 0;
      if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
      if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) {
        what |= CURL_CSELECT_ERR | CURL_CSELECT_IN | CURL_CSELECT_OUT;
      }
      on_event(event.data.u64 >> 32U, static_cast<int>(event.data.u64 & 0xffff'ffffU), what);
    }
  }

 private:
  struct Watched {
    std::uint32_t events = 0;
    std::size_t multi = 0;
  };

  int epoll_;
  std::vector<Watched> watched_;
};

class BareMulti {
 public:
  explicit BareMulti(const Flags& flags)
      : flags_(flags), url_(curl_url()), headers_(curl_slist_append(nullptr, "Expect:")) {
    curl_slist_append(headers_.get(), "Content-Type: application/json");
    if (curl_url_set(url_.get(), CURLUPART_URL, flags.target.c_str(), 0) != CURLUE_OK) {
      give_up("the target is no URL");
    }
    // An equal part of the requests for each multi.
    shards_.reserve(flags.multis);
    for (std::size_t i = 0; i < flags.multis; ++i) {
      shards_.push_back(std::make_unique<Shard>(*this, i));
    }
    for (std::size_t i = 0; i < flags.parallel; ++i) {
      Shard& shard = *shards_[i % shards_.size()];
      shard.easies.push_back(make_easy());
      shard.idle.push_back(shard.easies.back().get());
    }
  }

  void run() {
    const auto begin = Clock::now();
    end_ = begin + flags_.time;
    for (const auto& shard : shards_) send(*shard);
    while (in_flight_ > 0) {
      sockets_.wait(wait_time(), [this](std::uint64_t multi, int socket, int what) {
        Shard& shard = *shards_[multi];
        int running = 0;
        curl_multi_socket_action(shard.multi.get(), socket, what, &running);
        shard.is_touched = true;
      });
      serve();
    }
    const std::chrono::duration<double> took = Clock::now() - begin;
    std::printf("%llu requests in %.3f s\n", static_cast<unsigned long long>(done_), took.count());
  }

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  struct Shard {
    Shard(BareMulti& owner, std::size_t index)
        : of(owner), number(index), multi(curl_multi_init()) {
      curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &BareMulti::on_socket);
      curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
      curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &BareMulti::on_timer);
      curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
      curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS,
                        static_cast<long>(owner.flags_.parallel));
    }
    ~Shard() {
      for (const Easy& easy : easies) curl_multi_remove_handle(multi.get(), easy.get());
    }
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    BareMulti& of;
    std::size_t number;
    std::unique_ptr<CURLM, FreeMulti> multi;
    std::vector<Easy> easies;
    std::vector<CURL*> idle;
    std::optional<Clock::time_point> due;
    bool is_touched = false;
  };

  Easy make_easy() {
    Easy easy(curl_easy_init());
    CURL* raw = easy.get();
    curl_easy_setopt(raw, CURLOPT_CURLU, url_.get());
    curl_easy_setopt(raw, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(raw, CURLOPT_POSTFIELDSIZE, static_cast<long>(flags_.body.size()));
    curl_easy_setopt(raw, CURLOPT_POSTFIELDS, flags_.body.data());
    curl_easy_setopt(raw, CURLOPT_HTTP_VERSION,
                     flags_.has_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    // Without TLS every first request would wait for the first response of its multi.
    curl_easy_setopt(raw, CURLOPT_PIPEWAIT, flags_.has_http2 ? 1L : 0L);
    if (!flags_.ca_file.empty()) curl_easy_setopt(raw, CURLOPT_CAINFO, flags_.ca_file.c_str());
    curl_easy_setopt(raw, CURLOPT_PROXY, "");
    curl_easy_setopt(raw, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(raw, CURLOPT_WRITEFUNCTION, &BareMulti::on_body);
    curl_easy_setopt(raw, CURLOPT_CLOSESOCKETFUNCTION, &BareMulti::on_close);
    curl_easy_setopt(raw, CURLOPT_CLOSESOCKETDATA, &sockets_);
    return easy;
  }

  static std::size_t on_body(char*, std::size_t, std::size_t size, void*) { return size; }

  static int on_close(void* sockets, curl_socket_t socket) {
    static_cast<Sockets*>(sockets)->forget(socket);
    return close(socket);
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* in, void*) {
    const auto& shard = *static_cast<Shard*>(in);
    shard.of.sockets_.want(socket, what, shard.number);
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* in) {
    auto& shard = *static_cast<Shard*>(in);
    shard.due.reset();
    if (milliseconds >= 0) shard.due = Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
  }

  int wait_time() const {
    std::optional<Clock::time_point> first;
    for (const auto& shard : shards_) {
      if (shard->due && (!first || *shard->due < *first)) first = shard->due;
    }
    if (!first) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  /// Fires the timers, takes the responses, and sends the next requests.
  void serve() {
    const auto now = Clock::now();
    for (const auto& shard : shards_) {
      if (shard->due && *shard->due <= now) fire(*shard);
      if (!std::exchange(shard->is_touched, false)) continue;
      take_responses(*shard);
      if (now < end_) send(*shard);
    }
  }

  static void fire(Shard& shard) {
    int running = 0;
    shard.due.reset();
    curl_multi_socket_action(shard.multi.get(), CURL_SOCKET_TIMEOUT, 0, &running);
    shard.is_touched = true;
  }

  void take_responses(Shard& shard) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(shard.multi.get(), &left)) {
      CURL* easy = message->easy_handle;
      if (message->data.result != CURLE_OK) give_up(curl_easy_strerror(message->data.result));
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      if (status != 200) give_up("a response was not 200");
      curl_multi_remove_handle(shard.multi.get(), easy);
      shard.idle.push_back(easy);
      ++done_;
      --in_flight_;
    }
  }

  /// libcurl sends when the shard's timer fires, and may read responses of others then.
  void send(Shard& shard) {
    while (!shard.idle.empty()) {
      in_flight_ += shard.idle.size();
      for (CURL* easy : shard.idle) curl_multi_add_handle(shard.multi.get(), easy);
      shard.idle.clear();
      fire(shard);
      take_responses(shard);
    }
    shard.is_touched = false;
  }

  const Flags& flags_;
  Url url_;
  Headers headers_;
  Sockets sockets_;
  std::vector<std::unique_ptr<Shard>> shards_;
  Clock::time_point end_;
  std::uint64_t done_ = 0;
  std::size_t in_flight_ = 0;
};

Flags parse(int argc, char** argv) {
  Flags flags;
  constexpr std::array<option, 4> known{{{"http2", no_argument, nullptr, '2'},
                                         {"multis", required_argument, nullptr, 'm'},
                                         {"ca", required_argument, nullptr, 'c'},
                                         {nullptr, 0, nullptr, 0}}};
  int flag = 0;
  while ((flag = getopt_long(argc, argv, "", known.data(), nullptr)) != -1) {
    if (flag == '2') flags.has_http2 = true;
    if (flag == 'm') flags.multis = std::strtoull(optarg, nullptr, 10);
    if (flag == 'c') flags.ca_file = optarg;
    if (flag == '?') std::exit(2);
  }
  if (argc - optind != 4) {
    std::fputs(
        "usage: bare_multi [--http2] [--multis=N] [--ca=FILE] TARGET PARALLEL SECONDS "
        "BODY_FILE\n",
        stderr);
    std::exit(2);
  }
  flags.target = argv[optind];
  flags.parallel = std::strtoull(argv[optind + 1], nullptr, 10);
  flags.time = std::chrono::seconds(std::strtol(argv[optind + 2], nullptr, 10));
  std::ifstream file(argv[optind + 3]);
  flags.body.assign(std::istreambuf_iterator<char>(file), {});
  if (flags.parallel == 0 || flags.multis == 0) give_up("PARALLEL and N are at least 1");
  if (!file) give_up("cannot read the body");
  return flags;
}

}  // namespace

int main(int argc, char** argv) {
  const Flags flags = parse(argc, argv);
  paceline::loop::raise_open_files_limit();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  BareMulti(flags).run();
  curl_global_cleanup();
}
