#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include <paceline/clock.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>

namespace paceline::endpoint {

/// Shuts down connections that have been idle for some time. Both sides then read the end of the
/// connection. A connection whose client has sent bytes that are not read yet is not idle: the
/// endpoint is late, not the client.
class IdleConnections {
 public:
  /// `limit`: the longest idle time; 0: unlimited.
  IdleConnections(loop::Loop& loop, std::chrono::milliseconds limit);

  /// The connection is idle from now on.
  void add(int descriptor);
  /// The connection has a request, or is closed. No effect if the connection was not added.
  void remove(int descriptor);

 private:
  struct Idle {
    int descriptor;
    TimePoint until;
  };
  using List = std::list<Idle>;

  void wait_for_first();
  void end_due();

  std::chrono::milliseconds limit_;
  /// The connection that has been idle longest is the first.
  List idle_;
  std::unordered_map<int, List::iterator> places_;
  loop::Timer timer_;
};

/// Closes connections whose clients may still be sending a body that the endpoint does not read.
///
/// Linux answers bytes that arrive after close() with RST, and a client that receives RST may lose
/// the response. Each connection is therefore half-closed first, and its bytes are dropped until
/// the client closes the connection too.
class LingeringConnections {
 public:
  /// The most connections at once. Adding another one closes the oldest.
  static constexpr std::size_t most = 32;

  /// `longest`: after this time a connection is closed in any case.
  explicit LingeringConnections(loop::Loop& loop,
                                std::chrono::milliseconds longest = std::chrono::seconds(5));

  /// Half-closes the connection and takes ownership.
  void add(loop::Descriptor connection);
  std::size_t size() const { return lingering_.size(); }

 private:
  struct Lingering {
    loop::Descriptor connection;
    TimePoint until;
    bool has_ended = false;
    std::unique_ptr<loop::Poll> watch;
  };

  void drop_bytes(Lingering& one);
  void close_ended();

  loop::Loop& loop_;
  std::chrono::milliseconds longest_;
  std::list<Lingering> lingering_;
  loop::Timer timer_;
};

/// The time at which the newest bytes arrived on a connection.
struct ReceiveNote {
  int descriptor = -1;
  std::optional<TimePoint> when;
};

/// Reads the kernel's receive timestamps of connections whose bytes another library reads. Such
/// times do not depend on how late this thread reads the bytes. An epoll set watches the
/// connections, which takes 1 us of CPU per request.
class ReceiveNotes {
 public:
  ReceiveNotes();

  /// look() sets `note.when` from now on. Call remove() before the descriptor is closed.
  void add(ReceiveNote& note);
  void remove(const ReceiveNote& note);

  /// Sets the note of each connection on which bytes have arrived since the last call and are
  /// unread. The note is empty if the kernel has no timestamp.
  void look();

 private:
  loop::Descriptor epoll_;
};

}  // namespace paceline::endpoint
