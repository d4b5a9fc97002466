#pragma once

#include <optional>

#include <paceline/clock.h>
#include <paceline/loop/sockets.h>

namespace paceline::endpoint {

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

  /// Sets the note of each connection that has received bytes since the last call and has not read
  /// them; nothing if the kernel has no timestamp.
  void look();

 private:
  loop::Descriptor epoll_;
};

}  // namespace paceline::endpoint
