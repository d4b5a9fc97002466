#include <endpoint/unix_listener.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

namespace paceline::endpoint {
namespace {

loop::Descriptor open_socket() {
  return loop::Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

const sockaddr* raw(const sockaddr_un& at) {
  return reinterpret_cast<const sockaddr*>(&at);
}

tl::unexpected<Error> refuse(const std::string& path, std::string_view why) {
  return fail(ErrorCode::socket_path_unusable,
              fmt::format("cannot listen on the Unix socket '{}': {}", path, why));
}

tl::unexpected<Error> refuse_for_errno(const std::string& path, int error) {
  const std::string why = std::generic_category().message(error);
  if (loop::code_of_errno(error) != ErrorCode::no_descriptor) return refuse(path, why);
  return fail(ErrorCode::no_descriptor, "no descriptor for a Unix socket: " + why);
}

/// Removes the socket of a server that has ended.
Result<void> make_room(const std::string& path, const sockaddr_un& at) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return refuse(path, "another file has this name");
  const loop::Descriptor probe = open_socket();
  if (!probe.is_open()) return refuse_for_errno(path, errno);
  // EAGAIN: the server's queue is full.
  if (connect(probe.get(), raw(at), sizeof at) == 0 || errno == EAGAIN) {
    return refuse(path, "a server listens on it");
  }
  if (errno != ECONNREFUSED) return refuse_for_errno(path, errno);
  if (unlink(path.c_str()) != 0) return refuse_for_errno(path, errno);
  return {};
}

}  // namespace

UnixListener::UnixListener(loop::Loop& loop, OnConnection on_connection)
    : loop_(loop), on_connection_(std::move(on_connection)), retry_(loop, [this] { go_on(); }) {}

UnixListener::~UnixListener() {
  close();
}

Result<void> UnixListener::listen(const std::string& path) {
  constexpr int backlog = 4096;
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  if (path.size() >= sizeof at.sun_path) {
    return refuse(path, fmt::format("the path is longer than {} bytes", sizeof at.sun_path - 1));
  }
  path.copy(at.sun_path, path.size());
  if (auto made = make_room(path, at); !made) return made;
  socket_ = open_socket();
  if (!socket_.is_open() || bind(socket_.get(), raw(at), sizeof at) != 0) {
    return refuse_for_errno(path, errno);
  }
  struct stat made {};
  if (lstat(path.c_str(), &made) == 0) {
    path_ = path;
    device_ = made.st_dev;
    inode_ = made.st_ino;
  }
  if (::listen(socket_.get(), backlog) != 0) return refuse_for_errno(path, errno);
  watch_ = std::make_unique<loop::Poll>(loop_, socket_.get(), [this](int, int) { accept_all(); });
  go_on();
  return {};
}

void UnixListener::pause() {
  is_paused_ = true;
  retry_.stop();
  if (watch_) watch_->want(0);
}

void UnixListener::go_on() {
  is_paused_ = false;
  if (watch_) watch_->want(UV_READABLE);
}

void UnixListener::close() {
  pause();
  watch_.reset();
  socket_.reset();
  const std::string path = std::exchange(path_, {});
  struct stat found {};
  if (!path.empty() && lstat(path.c_str(), &found) == 0 && found.st_dev == device_ &&
      found.st_ino == inode_) {
    unlink(path.c_str());
  }
}

void UnixListener::accept_all() {
  while (!is_paused_) {
    loop::Descriptor connection(
        accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.is_open()) {
      on_connection_(std::move(connection));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      pause();
      retry_.start(std::chrono::milliseconds(10));
    }
    return;
  }
}

}  // namespace paceline::endpoint
