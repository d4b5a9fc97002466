#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <paceline/endpoint/server.h>
#include <paceline/loop/open_files.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace paceline {
namespace {

std::string models_reply() {
  using std::chrono::system_clock;
  const auto now = system_clock::now().time_since_epoch();
  return fmt::format(R"({{"object":"list","data":[{{"id":"paceline","object":"model","created":{},)"
                     R"("owned_by":"paceline"}}]}})",
                     std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

std::size_t connections_within_limit(std::size_t wanted) {
  // For the loop, the log and whatever else the process has open.
  constexpr std::size_t spare = 64;
  const std::size_t limit = raise_open_files_limit();
  return std::min(wanted, limit > 2 * spare ? limit - spare : spare);
}

}  // namespace

Server::Server(EndpointOptions options)
    : options_(std::move(options)),
      demanded_("Bearer " + options_.required_key),
      reader_(options_.reply_tokens),
      models_(models_reply()),
      capacity_(options_.slots, options_.queue),
      limiter_(options_.rpm_limit, options_.tpm_limit),
      faults_(options_.faults.shares, options_.faults.seed),
      record_(options_.record_arrivals),
      idle_connections_(loop_, options_.idle_timeout),
      wakeup_(loop_, [this] { loop_.stop(); }),
      timer_(loop_, [this] { drive(); }),
      alarm_(loop_, [this] { drive(); }) {
  if (options_.has_kernel_times) receive_notes_.emplace();
}

Server::~Server() = default;

std::optional<std::string> Server::listen() {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(options_.port);
  if (inet_pton(AF_INET, options_.address.c_str(), &at.sin_addr) != 1) {
    return fmt::format(
        "The endpoint cannot listen on '{}': give an IPv4 address, such as 127.0.0.1.",
        options_.address);
  }
  const auto connections = connections_within_limit(options_.max_connections);
  constexpr unsigned backlog = 4096;
  // It clears this much after each request, which with the default, four times as much, takes two
  // microseconds of 5,000 busy connections. Headers of a request and of its reply have to fit.
  constexpr std::size_t memory = 8u << 10;
  daemon_.reset(MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
      0, nullptr, nullptr, &Server::on_request, this, MHD_OPTION_EXTERNAL_LOGGER, &Server::on_log,
      this, MHD_OPTION_SOCK_ADDR, reinterpret_cast<const sockaddr*>(&at),
      MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(connections),
      MHD_OPTION_LISTEN_BACKLOG_SIZE, backlog, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
      MHD_OPTION_NOTIFY_COMPLETED, &Server::on_completed, this, MHD_OPTION_NOTIFY_CONNECTION,
      &Server::on_connection, this, MHD_OPTION_END));
  if (!daemon_) {
    return fmt::format(
        "The endpoint could not listen on {} port {}: {}. Choose another port, or 0 for any.",
        options_.address, options_.port, trouble_);
  }
  port_ = MHD_get_daemon_info(daemon_.get(), MHD_DAEMON_INFO_BIND_PORT)->port;
  const int descriptor = MHD_get_daemon_info(daemon_.get(), MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  watch_ = std::make_unique<SocketWatch>(loop_, descriptor, [this](int, int) { drive(); });
  watch_->want(UV_READABLE);
  return std::nullopt;
}

void Server::run() {
  loop_.run();
  watch_.reset();
  // A daemon must not be stopped with connections suspended, and a resumed one stays so until a
  // turn.
  resume_all();
  MHD_run(daemon_.get());
  daemon_.reset();
}

void Server::stop() {
  stopping_ = true;
  wakeup_.send();
}

// libmicrohttpd has work that its descriptor does not announce, and says so by its timeout.
void Server::drive() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    resume_due();
    if (receive_notes_) receive_notes_->look();
    MHD_run(daemon_.get());
    MHD_UNSIGNED_LONG_LONG wait = 0;
    const bool waits = MHD_get_timeout(daemon_.get(), &wait) == MHD_YES;
    if ((waits && wait == 0) || is_any_due()) continue;
    if (waits) {
      timer_.start(std::chrono::milliseconds(wait));
    } else {
      timer_.stop();
    }
    break;
  }
  if (!held_.empty() && held_.begin()->first != TimePoint::max()) alarm_.set(held_.begin()->first);
}

void Server::hold(Request& request) {
  watch_for_hang_up(request);
  request.held = held_.emplace(request.due, &request);
  MHD_suspend_connection(request.connection);
}

void Server::set_due(Request& request, TimePoint due) {
  request.due = due;
  if (!request.held) return;
  held_.erase(*request.held);
  request.held = held_.emplace(due, &request);
}

// libmicrohttpd does not look at a connection that is suspended.
void Server::watch_for_hang_up(Request& request) {
  Peer& peer = *request.peer;
  if (!peer.watch) {
    peer.watch = std::make_unique<SocketWatch>(loop_, descriptor_of(request.connection),
                                               [this, &peer](int, int) { hang_up(peer); });
  }
  peer.watch->want(UV_DISCONNECT);
}

// Leaves the rest to the alarm: the connection may not end inside its watch's call.
void Server::hang_up(Peer& peer) {
  peer.watch->want(0);
  if (peer.request == nullptr || !peer.request->held) return;
  peer.request->has_gone = true;
  const auto now = Clock::now();
  set_due(*peer.request, now);
  alarm_.set(now);
}

bool Server::is_any_due() const {
  return !held_.empty() && held_.begin()->first <= Clock::now();
}

void Server::resume_due() {
  if (held_.empty()) return;
  const auto now = Clock::now();
  while (!held_.empty() && held_.begin()->first <= now) {
    Request& request = *held_.begin()->second;
    held_.erase(held_.begin());
    request.held.reset();
    MHD_resume_connection(request.connection);
  }
}

void Server::resume_all() {
  for (const auto& [due, request] : held_) {
    request->held.reset();
    MHD_resume_connection(request->connection);
  }
  held_.clear();
}

void Server::on_log(void* self, const char* format, va_list values) noexcept {
  std::array<char, 256> line{};
  std::vsnprintf(line.data(), line.size(), format, values);
  std::string_view text(line.data());
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  // It calls a given address "port 0"; the system's own words come last.
  const auto reason = text.rfind(": ");
  if (reason != std::string_view::npos) text.remove_prefix(reason + 2);
  static_cast<Server*>(self)->trouble_ = text;
}

}  // namespace paceline
