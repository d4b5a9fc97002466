#include <paceline/loop/listener.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace paceline::loop {
namespace {

bool is_short_of_resources(int error) {
  return code_of_errno(error) == ErrorCode::no_descriptor || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Listener::Listener(Loop& loop, OnConnection on_connection)
    : loop_(loop), on_connection_(std::move(on_connection)), retry_(loop, [this] { go_on(); }) {}

Result<void> Listener::listen(const sockaddr_in& at) {
  constexpr int backlog = 4096;
  const int yes = 1;
  socket_ = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // Connections of a program that has ended may hold the program's port for a minute.
  if (!socket_.is_open() ||
      setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(socket_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(socket_.get(), backlog) != 0) {
    const int error = errno;
    return fail(error == EADDRINUSE ? ErrorCode::port_in_use : code_of_errno(error),
                std::generic_category().message(error));
  }
  watch_ = std::make_unique<Poll>(loop_, socket_.get(), [this](int, int) { accept_all(); });
  go_on();
  return {};
}

std::uint16_t Listener::port() const {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

void Listener::pause() {
  is_paused_ = true;
  retry_.stop();
  if (watch_) watch_->want(0);
}

void Listener::go_on() {
  is_paused_ = false;
  if (watch_) watch_->want(UV_READABLE);
}

void Listener::close() {
  pause();
  watch_.reset();
  socket_.reset();
}

void Listener::accept_all() {
  while (!is_paused_) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    Descriptor connection(accept4(socket_.get(), reinterpret_cast<sockaddr*>(&from), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.is_open()) {
      on_connection_(std::move(connection), from);
      continue;
    }
    if (is_short_of_resources(errno)) {
      pause();
      retry_.start(std::chrono::milliseconds(10));
    }
    return;
  }
}

}  // namespace paceline::loop
