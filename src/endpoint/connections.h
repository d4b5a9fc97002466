#pragma once

#include <microhttpd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <endpoint/unix_listener.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

namespace paceline::endpoint {

/// Shuts down connections that have been idle for some time. Both sides then read the end of the
/// connection.
class IdleConnections {
 public:
  /// `limit`: the longest idle time; 0: unlimited.
  IdleConnections(loop::Loop& loop, std::chrono::milliseconds limit);

  /// The connection is idle from now on.
  void add(int descriptor);
  /// The connection has a request, or is closed. No effect if the connection was not added.
  void remove(int descriptor);

 private:
  struct Idle {
    int descriptor;
    TimePoint until;
  };
  using List = std::list<Idle>;

  void wait_for_first();
  void end_due();

  std::chrono::milliseconds limit_;
  /// The connection that has been idle longest is the first.
  List idle_;
  std::unordered_map<int, List::iterator> places_;
  loop::Timer timer_;
};

/// Closes connections whose clients may still be sending a body that the endpoint does not read.
///
/// Linux answers bytes that arrive after close() with RST, and a client that receives RST may lose
/// the response. Each connection is therefore half-closed first, and its bytes are dropped until
/// the client closes the connection too.
class LingeringConnections {
 public:
  /// The most connections at once. Adding another one closes the oldest.
  static constexpr std::size_t most = 32;

  /// `longest`: after this time a connection is closed in any case.
  explicit LingeringConnections(loop::Loop& loop,
                                std::chrono::milliseconds longest = std::chrono::seconds(5));

  /// Half-closes the connection and takes ownership.
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

  /// Sets the note of each connection on which bytes have arrived since the last call and are
  /// unread. The note is empty if the kernel has no timestamp.
  void look();

 private:
  loop::Descriptor epoll_;
};

struct DaemonGroup;
struct Request;

/// A client's connection. Owned by Connections from its start to its end.
struct Client {
  DaemonGroup* group = nullptr;
  /// The current request; nullptr: none.
  Request* request = nullptr;
  ReceiveNote received;
  /// Whether the client may still be sending a body that is not read.
  bool has_unread_body = false;
  bool is_ending = false;
  std::unique_ptr<loop::Poll> hang_up_watch;

  int descriptor() const { return received.descriptor; }
  /// Shuts the connection down in both directions; later writes fail.
  void shut() const;
  /// Ends the connection with RST.
  void reset() const;
};

/// Accepts connections, and serves them with libmicrohttpd on the loop. All functions but port()
/// are for the loop's thread.
class Connections {
 public:
  /// Callbacks of connections.
  struct Callbacks {
    /// First argument of on_request and on_completed, which libmicrohttpd calls.
    void* handler = nullptr;
    MHD_AccessHandlerCallback on_request = nullptr;
    MHD_RequestCompletedCallback on_completed = nullptr;
    /// Called after connections were served, which may have changed due times.
    std::function<void()> on_served;
    /// Called when the request's client has closed the connection. Returns whether the request was
    /// held; if so, ends the request.
    std::function<bool(Request& request)> on_hang_up;
  };

  /// `options` and `stopping` outlive this object. While `stopping` is set, nothing is served.
  Connections(loop::Loop& loop, const EndpointOptions& options, const std::atomic<bool>& stopping);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Listens on the address and the Unix socket of the options. Call once. Errors: invalid_value
  /// for an address that is not IPv4, port_in_use, listen_failed, socket_path_unusable,
  /// no_descriptor.
  Result<void> listen(Callbacks callbacks);
  std::uint16_t port() const { return listener_.port(); }
  /// Number of connections.
  std::size_t size() const { return count_; }

  /// Begins a request on a connection: sets its client and its time of arrival.
  void begin_request(MHD_Connection* connection, Request& request);
  void end_request(Request& request);

  /// Resumes the connection of a request. run_resumed() serves it.
  void resume(const Request& request);
  void run_resumed();

  /// Closes the sockets and all connections. Requires that no connection is suspended.
  void close();

 private:
  static void on_connection(void* group, MHD_Connection* connection, void** client,
                            MHD_ConnectionNotificationCode code) noexcept;

  Result<void> listen_on_port();
  void add(loop::Descriptor connection, const sockaddr& from, socklen_t size);
  void pause();
  void go_on();
  void started(DaemonGroup& group, int descriptor, void** client);
  void ended(DaemonGroup& group, std::unique_ptr<Client> client);
  DaemonGroup* group_with_room();
  void serve(DaemonGroup& group);
  void run(const DaemonGroup& group);
  void hang_up(Client& client);

  loop::Loop& loop_;
  const EndpointOptions& options_;
  const std::atomic<bool>& stopping_;
  Callbacks callbacks_;
  IdleConnections idle_;
  LingeringConnections lingering_;
  std::optional<ReceiveNotes> receive_notes_;
  loop::Listener listener_;
  UnixListener unix_listener_;
  std::size_t most_ = 0;
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<DaemonGroup>> groups_;
  std::vector<DaemonGroup*> resumed_;
};

}  // namespace paceline::endpoint
