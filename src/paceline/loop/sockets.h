#pragma once

#include <netinet/in.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <paceline/clock.h>
#include <paceline/loop/loop.h>
#include <paceline/text/result.h>

namespace paceline::loop {

/// Owns a file descriptor; -1: none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }

  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  /// The caller owns the descriptor from now on.
  int release() { return std::exchange(value_, -1); }
  void reset() {
    if (is_open()) ::close(release());
  }

 private:
  int value_ = -1;
};

/// no_descriptor for EMFILE and ENFILE, else system_error.
ErrorCode code_of_errno(int error);

/// The error of a descriptor that could not be opened, with the code of errno `error`. `purpose`:
/// such as "an event loop".
tl::unexpected<Error> fail_to_open(std::string_view purpose, int error);

/// The errno if fewer than `count` descriptors can be opened; otherwise nothing. Leaves none open.
std::optional<int> lacks_descriptors(std::size_t count);

/// Raises this process's limit on open descriptors to the most that the system allows, and returns
/// the limit.
std::size_t raise_open_files_limit();

/// Accepts TCP connections on an IPv4 address. While the process can open no further descriptor,
/// connections wait in the system's queue.
class Listener {
 public:
  using OnConnection = std::function<void(Descriptor connection, const sockaddr_in& from)>;

  Listener(Loop& loop, OnConnection on_connection);

  /// Binds the address; port 0 is any free one. The error's message is the system's reason. Call
  /// once.
  Result<void> listen(const sockaddr_in& at);
  std::uint16_t port() const;

  /// Lets connections wait until go_on(). May be called from inside `on_connection`.
  void pause();
  void go_on();
  /// Refuses connections, including the waiting ones.
  void close();

 private:
  void accept_all();

  Loop& loop_;
  OnConnection on_connection_;
  Descriptor socket_;
  std::unique_ptr<Poll> watch_;
  Timer retry_;
  bool is_paused_ = false;
};

/// Holds back what is sent on a TCP socket, so that several sends share packets, or lets the bytes
/// leave: TCP_CORK, tcp(7).
void hold_back(int socket, bool is_held);

/// Enables the kernel's receive timestamps on a TCP socket: SO_TIMESTAMPNS, socket(7).
void note_receive_times(int socket);

/// The kernel's timestamp of the newest unread byte of `socket`. The time does not depend on how
/// long the bytes have waited for this process. Nothing if no bytes wait or the kernel has no
/// timestamp. Reads no byte.
std::optional<TimePoint> receive_time(int socket);

/// The result of recv(), and when the newest of the bytes arrived.
struct Received {
  /// 0 at the end, negative with errno set.
  std::ptrdiff_t length;
  std::optional<TimePoint> when;
};

/// Reads the bytes that have arrived on a socket, without waiting.
Received receive(int socket, std::span<char> into);

}  // namespace paceline::loop
