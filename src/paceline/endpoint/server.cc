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

constexpr std::size_t longest_body = 16u << 20;
// A pooled request keeps its buffers, unless one long body would hold on to the memory for ever.
constexpr std::size_t kept_buffer = 64u << 10;

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
      chat_(options_.reply_tokens),
      models_(models_reply()),
      record_(options_.record_arrivals),
      wakeup_(loop_, [this] { loop_.stop(); }),
      timer_(loop_, [this] { drive(); }),
      alarm_(loop_, [this] { drive(); }) {}

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
  daemon_.reset(MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, nullptr, nullptr,
      &Server::on_request, this, MHD_OPTION_EXTERNAL_LOGGER, &Server::on_log, this,
      MHD_OPTION_SOCK_ADDR, reinterpret_cast<const sockaddr*>(&at), MHD_OPTION_CONNECTION_LIMIT,
      static_cast<unsigned>(connections), MHD_OPTION_LISTEN_BACKLOG_SIZE, backlog,
      MHD_OPTION_NOTIFY_COMPLETED, &Server::on_completed, this, MHD_OPTION_END));
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
    MHD_run(daemon_.get());
    MHD_UNSIGNED_LONG_LONG wait = 0;
    const bool waits = MHD_get_timeout(daemon_.get(), &wait) == MHD_YES;
    if (waits && wait == 0) continue;
    if (waits) {
      timer_.start(std::chrono::milliseconds(wait));
    } else {
      timer_.stop();
    }
    break;
  }
  if (!held_.empty()) alarm_.set(held_.top().due);
}

void Server::hold(MHD_Connection* connection, TimePoint due) {
  held_.push({due, connection});
  MHD_suspend_connection(connection);
}

void Server::resume_due() {
  if (held_.empty()) return;
  const auto now = Clock::now();
  while (!held_.empty() && held_.top().due <= now) {
    MHD_resume_connection(held_.top().connection);
    held_.pop();
  }
}

void Server::resume_all() {
  for (; !held_.empty(); held_.pop()) MHD_resume_connection(held_.top().connection);
}

MHD_Result Server::on_request(void* self, MHD_Connection* connection, const char* path,
                              const char* method, const char*, const char* upload,
                              std::size_t* upload_size, void** request) noexcept {
  try {
    auto& server = *static_cast<Server*>(self);
    if (*request == nullptr) {
      *request = server.begin().release();
      return MHD_YES;
    }
    const std::string_view part(upload, *upload_size);
    *upload_size = 0;
    return server.handle(connection, path, method, part, *static_cast<Request*>(*request));
  } catch (...) {
    return MHD_NO;  // Closes the connection; nothing may be thrown through libmicrohttpd.
  }
}

void Server::on_completed(void* self, MHD_Connection*, void** request,
                          MHD_RequestTerminationCode) noexcept {
  std::unique_ptr<Request> done(static_cast<Request*>(*request));
  *request = nullptr;
  if (!done) return;
  auto& server = *static_cast<Server*>(self);
  if (std::max(done->body.capacity(), done->reply.capacity()) > kept_buffer) {
    --server.requests_alive_;
    return;
  }
  done->body.clear();
  done->response.reset();
  // begin() has made room, so this cannot throw.
  server.idle_.push_back(std::move(done));
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

std::unique_ptr<Server::Request> Server::begin() {
  const auto now = Clock::now();
  const auto count = requests_.load(std::memory_order_relaxed) + 1;
  requests_.store(count, std::memory_order_relaxed);
  std::unique_ptr<Request> request;
  if (idle_.empty()) {
    request = std::make_unique<Request>();
    idle_.reserve(++requests_alive_);
  } else {
    request = std::move(idle_.back());
    idle_.pop_back();
  }
  request->due = now + options_.latency.next();
  request->place = record_.arrived(now, request->due);
  request->too_long = false;
  return request;
}

MHD_Result Server::handle(MHD_Connection* connection, std::string_view path,
                          std::string_view method, std::string_view upload, Request& request) {
  if (stopping_.load(std::memory_order_relaxed)) return MHD_NO;
  if (!upload.empty()) {
    request.too_long = request.too_long || request.body.size() + upload.size() > longest_body;
    if (!request.too_long) request.body += upload;
    return MHD_YES;
  }
  if (!request.response) {
    prepare(connection, path, method, request);
    if (!request.response) return MHD_NO;
  }
  const auto now = Clock::now();
  if (now < request.due) {
    hold(connection, request.due);
    return MHD_YES;
  }
  record_.replied(request.place, now);
  return MHD_queue_response(connection, request.status, request.response.get());
}

}  // namespace paceline
