#pragma once

#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

namespace paceline::endpoint {

/// Closes connections whose clients may still be sending a body that the endpoint does not read.
///
/// Linux answers bytes that arrive after close() with RST, and a client that receives RST may lose
/// the response. Each connection is therefore half closed first, and its bytes are dropped until
/// the client closes the connection too.
class LingeringConnections {
 public:
  /// Most connections at once. A further one closes the oldest.
  static constexpr std::size_t most = 32;

  /// `longest`: after this time a connection is closed in any case.
  explicit LingeringConnections(loop::Loop& loop,
                                std::chrono::milliseconds longest = std::chrono::seconds(5));

  /// Half closes the connection and takes it over.
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

}  // namespace paceline::endpoint
