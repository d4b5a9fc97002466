#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

namespace paceline::endpoint {

/// Accepts connections on a Unix socket, and owns the socket's file. While the process can open no
/// further descriptor, connections wait in the system's queue.
class UnixListener {
 public:
  using OnConnection = std::function<void(loop::Descriptor connection)>;

  UnixListener(loop::Loop& loop, OnConnection on_connection);
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  /// Makes the socket's file. Replaces the socket of a server that has ended. Call once. Errors:
  /// socket_path_unusable, also for the socket of a server that runs; no_descriptor.
  Result<void> listen(const std::string& path);

  /// Lets connections wait until go_on(). May be called from inside `on_connection`.
  void pause();
  void go_on();
  /// Refuses connections, and removes the file unless another one has its name.
  void close();

 private:
  void accept_all();

  loop::Loop& loop_;
  OnConnection on_connection_;
  std::string path_;
  /// Identifies the file.
  dev_t device_ = 0;
  ino_t inode_ = 0;
  loop::Descriptor socket_;
  std::unique_ptr<loop::Poll> watch_;
  loop::Timer retry_;
  bool is_paused_ = false;
};

}  // namespace paceline::endpoint
