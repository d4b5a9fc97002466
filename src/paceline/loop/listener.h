#pragma once

#include <netinet/in.h>
#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace paceline {

/// Accepts TCP connections on an IPv4 address. Those that come while the process may open no more
/// descriptors wait until it may.
class Listener {
 public:
  using OnConnection = std::function<void(Descriptor connection, const sockaddr_in& from)>;

  Listener(Loop& loop, OnConnection on_connection);

  /// Port 0 is any that is free. The system's reason if that fails. Call once.
  std::optional<std::string> listen(const sockaddr_in& at);
  std::uint16_t port() const;

  /// Those that come wait from now on, until go_on(). May be called by `on_connection`.
  void pause();
  void go_on();
  /// Those that wait are refused, and all that come.
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

}  // namespace paceline
