#pragma once

#include <endpoint/idle_connections.h>
#include <endpoint/lingering_connections.h>
#include <endpoint/receive_notes.h>
#include <microhttpd.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace paceline::endpoint {

struct DaemonGroup;
struct Request;

/// The connection of a client. Connections owns it from its start to its end.
struct Client {
  DaemonGroup* group = nullptr;
  /// The request on its way.
  Request* request = nullptr;
  ReceiveNote received;
  /// Whether the client may still be sending a body that is not read.
  bool has_unread_body = false;
  bool is_ending = false;
  std::unique_ptr<loop::Poll> hang_up_watch;

  int descriptor() const { return received.descriptor; }
  /// Ends the connection in both directions; what is written next fails.
  void shut() const;
  /// Ends the connection with RST.
  void reset() const;
};

/// Accepts connections, and serves them with libmicrohttpd on the loop. All functions but port()
/// are for the loop's thread.
class Connections {
 public:
  /// The functions that connections call.
  struct Callbacks {
    /// First argument of on_request and on_completed, which libmicrohttpd calls.
    void* handler = nullptr;
    MHD_AccessHandlerCallback on_request = nullptr;
    MHD_RequestCompletedCallback on_completed = nullptr;
    /// Connections were served, so that due times may have changed.
    std::function<void()> on_served;
    /// The client of the request has closed the connection. Returns whether the request is held
    /// back, and so ends it.
    std::function<bool(Request& request)> on_hang_up;
  };

  /// `options` and `stopping` outlive this object. While `stopping` is set, nothing is served.
  Connections(loop::Loop& loop, const EndpointOptions& options, const std::atomic<bool>& stopping);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Listens on the address of the options. Call once. Errors: invalid_value for an address that is
  /// not IPv4, port_in_use, listen_failed, no_descriptor.
  Result<void> listen(Callbacks callbacks);
  std::uint16_t port() const { return listener_.port(); }
  /// Number of connections.
  std::size_t size() const { return count_; }

  /// A request begins on a connection; sets its client and its time of arrival.
  void begin_request(MHD_Connection* connection, Request& request);
  void end_request(Request& request);

  /// Resumes the connection of a request. run_resumed() serves it.
  void resume(const Request& request);
  void run_resumed();

  /// Closes the port and all connections. Requires that no connection is suspended.
  void close();

 private:
  static void on_connection(void* group, MHD_Connection* connection, void** client,
                            MHD_ConnectionNotificationCode code) noexcept;

  void add(loop::Descriptor connection, const sockaddr_in& from);
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
  std::size_t most_ = 0;
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<DaemonGroup>> groups_;
  std::vector<DaemonGroup*> resumed_;
};

}  // namespace paceline::endpoint
