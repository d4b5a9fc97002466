#pragma once

#include <netinet/in.h>
#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>
#include <paceline/text/result.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace paceline::loop {

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
  /// Refuses connections, the waiting ones too.
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

}  // namespace paceline::loop
