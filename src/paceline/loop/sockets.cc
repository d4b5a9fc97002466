#include <fmt/format.h>
#include <netinet/tcp.h>
#include <paceline/loop/sockets.h>
#include <paceline/loop/timers.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace paceline::loop {

ErrorCode code_of_errno(int error) {
  return error == EMFILE || error == ENFILE ? ErrorCode::no_descriptor : ErrorCode::system_error;
}

tl::unexpected<Error> fail_to_open(std::string_view purpose, int error) {
  const ErrorCode code = code_of_errno(error);
  const char* what = code == ErrorCode::no_descriptor ? "no descriptor for" : "cannot open";
  return fail(code,
              fmt::format("{} {}: {}", what, purpose, std::generic_category().message(error)));
}

std::optional<int> lacks_descriptors(std::size_t count) {
  std::vector<Descriptor> opened;
  while (opened.size() < count) {
    opened.emplace_back(eventfd(0, EFD_CLOEXEC));
    if (!opened.back().is_open()) return errno;
  }
  return std::nullopt;
}

std::size_t raise_open_files_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  rlimit raised = files;
  raised.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return static_cast<std::size_t>(files.rlim_cur);
}

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

namespace {

/// The kernel's timestamps come from the calendar clock, which may be set. Only their distance from
/// the current time is used.
std::optional<TimePoint> on_our_clock(const timespec& noted) {
  const std::chrono::nanoseconds calendar = time_on(CLOCK_REALTIME);
  // Read last: a pause between the two makes the time later, up to now, and never too early.
  const TimePoint now = Clock::now();
  const std::chrono::nanoseconds age = calendar - from_timespec(noted);
  if (age.count() < 0) return std::nullopt;
  return now - age;
}

Received receive(int socket, std::span<char> into, int flags) {
  iovec bytes{into.data(), into.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> notes;
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = notes.data();
  message.msg_controllen = notes.size();
  Received received{recvmsg(socket, &message, flags | MSG_DONTWAIT), std::nullopt};
  if (received.length <= 0) return received;
  const cmsghdr* note = CMSG_FIRSTHDR(&message);
  if (note == nullptr || note->cmsg_type != SCM_TIMESTAMPNS) return received;
  timespec noted{};
  std::memcpy(&noted, CMSG_DATA(note), sizeof noted);
  received.when = on_our_clock(noted);
  return received;
}

}  // namespace

void hold_back(int socket, bool is_held) {
  const int on = is_held ? 1 : 0;
  setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

void note_receive_times(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

std::optional<TimePoint> receive_time(int socket) {
  // With MSG_TRUNC nothing is copied into the buffer, which is at least as long as what libcurl
  // reads at once.
  std::array<char, 65'536> unwritten;
  return receive(socket, unwritten, MSG_PEEK | MSG_TRUNC).when;
}

Received receive(int socket, std::span<char> into) {
  return receive(socket, into, 0);
}

}  // namespace paceline::loop
