#pragma once

#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

namespace paceline::endpoint {

/// Closes connections whose client may still be sending a body that nobody wants. Linux answers
/// bytes that arrive after close() with RST, which can take the response from the client before it
/// has read it. So each connection is only half closed first, and what still comes is dropped,
/// until the client closes too.
class LingeringConnections {
 public:
  /// With more at once, the oldest one is closed.
  static constexpr std::size_t most = 32;

  /// A connection is closed after `longest`, whatever its client does.
  explicit LingeringConnections(Loop& loop,
                                std::chrono::milliseconds longest = std::chrono::seconds(5));

  void add(Descriptor connection);
  std::size_t size() const { return lingering_.size(); }

 private:
  struct Lingering {
    Descriptor connection;
    TimePoint until;
    bool has_ended = false;
    std::unique_ptr<Poll> watch;
  };

  void drop_bytes(Lingering& one);
  void close_ended();

  Loop& loop_;
  std::chrono::milliseconds longest_;
  std::list<Lingering> lingering_;
  Timer timer_;
};

}  // namespace paceline::endpoint
