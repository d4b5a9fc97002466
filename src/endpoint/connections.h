#pragma once

#include <microhttpd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <endpoint/connection_watches.h>
#include <endpoint/tls.h>
#include <endpoint/unix_listener.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

namespace paceline::endpoint {

struct DaemonGroup;
struct Request;

/// A client's connection. Owned by Connections from its start to its end.
struct Client {
  DaemonGroup* group = nullptr;
  MHD_Connection* connection = nullptr;
  /// The current request; nullptr: none.
  Request* request = nullptr;
  ReceiveNote received;
  /// Whether the client may still be sending a body that is not read.
  bool has_unread_body = false;
  bool is_ending = false;
  /// Null without TLS.
  std::unique_ptr<TlsReader> tls;
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
  static constexpr std::chrono::milliseconds usual_handshake_limit = std::chrono::seconds(10);

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
  /// `handshake_limit`: the longest time of a TLS handshake.
  Connections(loop::Loop& loop, const EndpointOptions& options, const std::atomic<bool>& stopping,
              std::chrono::milliseconds handshake_limit = usual_handshake_limit);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Listens on the address and the Unix socket of the options. Call once. Errors: invalid_value
  /// for an address that is not IPv4, port_in_use, listen_failed, socket_path_unusable,
  /// no_descriptor, and those of TlsIdentity::load().
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

  Result<void> begin_tls();
  Result<void> listen_on_port();
  void add(loop::Descriptor connection, const sockaddr& from, socklen_t size);
  void pause();
  void go_on();
  void started(DaemonGroup& group, MHD_Connection* connection, void** client);
  void start_tls(Client& client);
  void ended(DaemonGroup& group, std::unique_ptr<Client> client);
  DaemonGroup* group_with_room();
  void serve(DaemonGroup& group);
  void run(const DaemonGroup& group);
  void hang_up(Client& client);

  loop::Loop& loop_;
  const EndpointOptions& options_;
  const std::atomic<bool>& stopping_;
  std::chrono::milliseconds handshake_limit_;
  Callbacks callbacks_;
  IdleConnections idle_;
  LingeringConnections lingering_;
  /// Null without TLS.
  std::unique_ptr<TlsIdentity> identity_;
  std::optional<Handshakes> handshakes_;
  /// Of connections without TLS, if the endpoint has kernel times.
  std::optional<ReceiveNotes> receive_notes_;
  loop::Listener listener_;
  UnixListener unix_listener_;
  std::size_t most_ = 0;
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<DaemonGroup>> groups_;
  std::vector<DaemonGroup*> resumed_;
};

}  // namespace paceline::endpoint
