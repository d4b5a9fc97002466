#pragma once

#include <optional>

#include <paceline/clock.h>
#include <paceline/loop/descriptor.h>

namespace paceline::endpoint {

/// When the newest bytes came in on a connection.
struct ReceiveNote {
  int descriptor = -1;
  std::optional<TimePoint> when;
};

/// Learns when bytes came in on connections that another library reads, by the kernel's note, and
/// so free of how late this thread gets to them. Watches them beside it with an epoll set of its
/// own, which costs a microsecond for each request.
class ReceiveNotes {
 public:
  ReceiveNotes();

  /// False if the system had no descriptor. Do not call the other functions then.
  bool is_open() const { return epoll_.is_open(); }

  /// look() writes to `note` from now on, until remove(), which comes before the descriptor's
  /// close.
  void add(ReceiveNote& note);
  void remove(const ReceiveNote& note);

  /// Of each connection on which bytes came in since the last look, and were not read. Nothing
  /// where the kernel takes no notes.
  void look();

 private:
  Descriptor epoll_;
};

}  // namespace paceline::endpoint
