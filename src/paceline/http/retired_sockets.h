#pragma once

#include <sys/socket.h>

#include <memory>
#include <utility>
#include <vector>

#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>

namespace paceline::http {

/// Closes sockets in the loop's next iteration, so that no watch is destroyed while its callback
/// runs. The connection is shut down at once.
class RetiredSockets {
 public:
  explicit RetiredSockets(loop::Loop& loop) : later_(loop, [this] { sockets_.clear(); }) {}

  void add(std::unique_ptr<loop::Poll> watch, loop::Descriptor socket) {
    if (!watch && !socket.is_open()) return;
    if (watch) watch->want(0);
    if (socket.is_open()) shutdown(socket.get(), SHUT_RDWR);
    sockets_.push_back({std::move(socket), std::move(watch)});
    later_.ask();
  }

 private:
  struct Socket {
    loop::Descriptor descriptor;
    // Destroyed first.
    std::unique_ptr<loop::Poll> watch;
  };

  std::vector<Socket> sockets_;
  loop::DeferredCall later_;
};

}  // namespace paceline::http
