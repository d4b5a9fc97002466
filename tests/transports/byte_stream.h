#pragma once

#include <paceline/clock.h>
#include <paceline/loop/sockets.h>
#include <poll.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace paceline::http {

/// A signal for the threads of a server to end. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  void raise() const;

  enum class Waited { ready, too_late, stopped };
  /// Waits for one of those events.
  Waited wait(std::span<const pollfd> events, TimePoint until = TimePoint::max()) const;

 private:
  loop::Descriptor event_;
};

/// The server's side of a connection, with or without TLS. Calls block until they are done, the
/// client has disconnected, or the server stops.
class ByteStream {
 public:
  ByteStream(loop::Descriptor socket, const StopSignal& stop)
      : socket_(std::move(socket)), stop_(stop) {}
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Reads some bytes. 0: the client has closed its side. Nothing: no bytes came before the
  /// deadline.
  virtual std::optional<std::size_t> read(std::span<char> into,
                                          TimePoint until = TimePoint::max()) = 0;
  /// Returns whether all of it was written.
  virtual bool write(std::string_view bytes) = 0;
  /// Closes the connection, over TLS after a close_notify.
  virtual void close() { drop(); }
  /// Closes the connection, over TLS without a close_notify.
  void drop() { socket_.reset(); }
  /// Whether the connection resumes the TLS session of an earlier one.
  virtual bool is_resumed() const { return false; }
  /// Closes the connection with a TCP reset.
  void reset();
  void pause(std::chrono::milliseconds time) const;
  bool is_open() const { return socket_.is_open(); }
  int descriptor() const { return socket_.get(); }
  const StopSignal& stop_signal() const { return stop_; }

 protected:
  /// Waits for events of poll(2) on the socket.
  StopSignal::Waited wait(short events, TimePoint until = TimePoint::max()) const {
    const pollfd of_socket{socket_.get(), events, 0};
    return stop_.wait({&of_socket, 1}, until);
  }

 private:
  loop::Descriptor socket_;
  const StopSignal& stop_;
};

/// A connection without TLS.
class PlainStream : public ByteStream {
 public:
  using ByteStream::ByteStream;
  std::optional<std::size_t> read(std::span<char> into,
                                  TimePoint until = TimePoint::max()) override;
  bool write(std::string_view bytes) override;
};

}  // namespace paceline::http
