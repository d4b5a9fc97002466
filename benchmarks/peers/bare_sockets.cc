// The minimum CPU cost of paced requests on a machine: paceline's loop and pacer, with plain send
// and recv on kept connections instead of an HTTP client.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/loop/timers.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/schedule.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace paceline {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

class Connection {
 public:
  Connection(loop::Loop& loop, std::uint16_t port, std::function<void(Connection&)> on_response)
      : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        on_response_(std::move(on_response)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      give_up("bare_sockets: connect");
    }
    watch_.emplace(loop, descriptor_, [this](int, int) { read(); });
    watch_->want(UV_READABLE);
  }
  ~Connection() {
    watch_.reset();
    close(descriptor_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view request) const {
    const ssize_t sent = ::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) give_up("bare_sockets: send");
  }

 private:
  // The endpoint sends a short response at once, so recv() returns all of it.
  void read() {
    std::array<char, 16'384> response;
    const ssize_t length = recv(descriptor_, response.data(), response.size(), 0);
    if (length <= 0) give_up("bare_sockets: recv");
    if (!std::string_view(response.data(), static_cast<std::size_t>(length))
             .starts_with("HTTP/1.1 200 ")) {
      std::fputs("bare_sockets: a response was not 200\n", stderr);
      std::exit(1);
    }
    on_response_(*this);
  }

  int descriptor_;
  std::function<void(Connection&)> on_response_;
  std::optional<loop::Poll> watch_;
};

class BareClient {
 public:
  BareClient(std::uint16_t port, std::uint64_t rpm, std::size_t parallel, std::string request)
      : request_(std::move(request)) {
    if (const auto rate = pace::Rate::per_minute(rpm)) {
      pacer_.emplace(pace::make_schedule(constant_arrivals, *rate, 1));
    }
    for (std::size_t i = 0; i < parallel; ++i) {
      connections_.push_back(
          std::make_unique<Connection>(*loop_, port, [this](Connection& connection) {
            free_.push_back(&connection);
            pump();
          }));
      free_.push_back(connections_.back().get());
    }
  }

  void run(std::chrono::seconds time) {
    // Gives the endpoint time to accept the connections.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    start_ = Clock::now();
    time_ = time;
    pump();
    loop_->run();
  }

 private:
  void pump() {
    while (!free_.empty()) {
      const auto now = Clock::now() - start_;
      if (now >= time_) {
        if (free_.size() == connections_.size()) loop_->stop();
        return;
      }
      if (pacer_ && pacer_->next_departure() > now) {
        timer_->set(start_ + pacer_->next_departure());
        return;
      }
      if (pacer_) pacer_->depart(now);
      const Connection& connection = *free_.back();
      free_.pop_back();
      connection.send(request_);
    }
  }

  std::unique_ptr<loop::Loop> loop_ = loop::Loop::make().value();
  std::unique_ptr<loop::PreciseTimer> timer_ =
      loop::PreciseTimer::make(*loop_, [this] { pump(); }).value();
  std::string request_;
  std::optional<pace::Pacer> pacer_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> free_;
  TimePoint start_;
  std::chrono::seconds time_{0};
};

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: bare_sockets URL RPM PARALLEL SECONDS BODY_FILE\n", stderr);
    return 2;
  }
  const std::string url = argv[1];
  const std::size_t colon = url.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::strtoul(url.c_str() + colon + 1, nullptr, 10));
  std::ifstream file(argv[5]);
  const std::string body(std::istreambuf_iterator<char>(file), {});
  paceline::loop::raise_open_files_limit();
  paceline::BareClient client(
      port, std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10),
      fmt::format("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                  "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                  port, body.size(), body));
  client.run(std::chrono::seconds(std::strtol(argv[4], nullptr, 10)));
}
