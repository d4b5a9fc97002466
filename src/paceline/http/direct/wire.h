#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/clock.h>
#include <paceline/error.h>
#include <paceline/http/direct/opening.h>
#include <paceline/http/direct/tls_stream.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>

namespace paceline::http::direct {

/// How the server ended a connection.
struct Loss {
  /// The reason for people; empty: the server closed the connection.
  std::string reason{};
  /// Set if the server rejects the client's certificate.
  std::optional<Error> tls{};
  /// Whether bytes may be missing: the end has a reason, or TLS did not announce it.
  bool is_cut = false;
};

/// The bytes of one open connection, with or without TLS. Reads the socket when bytes come: one
/// system call for what has arrived. For the loop's thread only.
class Wire {
 public:
  /// Handles what comes from the server. Called from the loop only. May close the wire.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// Takes bytes of the server, with the kernel's timestamp of the newest, if any.
    virtual void received(std::string_view bytes, std::optional<TimePoint> when) = 0;
    /// write() takes bytes again.
    virtual void writable() = 0;
    /// The server has ended the connection.
    virtual void lost(Loss loss) = 0;
  };

  /// Shared by the wires of one transport.
  struct Shared {
    explicit Shared(loop::Loop& its_loop);

    loop::Loop& loop;
    RetiredSockets retired;
    /// What was read from a socket, and the same decrypted.
    std::vector<char> buffer;
    std::vector<char> decrypted;
    /// What is to be encrypted.
    std::string text{};
  };

  Wire(Opened opened, Shared& shared, Owner& owner);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Reads what came together with the end of the handshake. Call once, from the loop.
  void begin();
  /// Sends the parts in their order. Returns how many bytes were taken; if fewer than all,
  /// Owner::writable() follows. A failure shows as the loss of the connection.
  std::size_t write(std::span<const iovec> parts);
  /// Whether all bytes that were taken have been handed to the system.
  bool is_drained() const { return !tls_ || (tls_->output().empty() && !tls_->has_unwritten()); }
  /// Closes the connection; the owner is not called any more.
  void close();
  bool is_open() const { return socket_.is_open(); }

 private:
  void happened(int status, int events);
  void read();
  void decrypt(std::string_view bytes, std::optional<TimePoint> when);
  std::size_t write_plain(std::span<const iovec> parts);
  /// Sends TLS records that wait, now and when the socket takes more. Returns whether none is left.
  bool send_output();
  void lose(Loss loss);

  Shared& shared_;
  Owner& owner_;
  std::unique_ptr<TlsStream> tls_;
  loop::Descriptor socket_;
  // Destroyed before the socket.
  std::unique_ptr<loop::Poll> watch_;
};

}  // namespace paceline::http::direct
