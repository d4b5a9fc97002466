#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/end_queue.h>
#include <paceline/http/host_wait.h>
#include <paceline/http/request_timeouts.h>
#include <paceline/http/response_collector.h>
#include <paceline/http/target.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>
#include <paceline/text/gate.h>

namespace paceline {

/// The versions of HTTP that a client uses.
enum class HttpVersion {
  /// HTTP/1.1.
  one,
  /// HTTP/2 by ALPN over TLS. Response::http_version differs where the server chose another
  /// version.
  two,
  /// HTTP/2 over TLS where the server has it, else HTTP/1.1.
  automatic,
};

/// Options of every connection and request.
struct ConnectionOptions {
  TransportKind transport = TransportKind::curl;
  /// The longest time of one request, from send to last byte.
  std::chrono::milliseconds timeout{60'000};
  /// A PEM file with the certificates to trust; empty: the system's.
  std::string ca_file{};
  HttpVersion http = HttpVersion::automatic;
  /// The longest response, in bytes. A longer one fails, so that no server can fill the memory.
  std::size_t max_response = 64U << 20U;
  /// The memory of all responses in flight, in bytes. While they hold more, the longest one fails.
  std::size_t memory = 1U << 30U;
  /// Shared by the clients that look up hosts together; nullptr: each client has its own.
  std::shared_ptr<Resolver> resolver{};
  /// Filters text from servers and libraries before the text is shown or stored; never nullptr.
  std::shared_ptr<const Gate> gate = std::make_shared<const Gate>();
};

/// Options of one client.
struct ClientOptions {
  /// The most requests in flight at once.
  std::size_t parallel = 1;
  ConnectionOptions connection{};
};

/// Carries requests and responses on the loop: looks up hosts, hands exchanges to a transport, and
/// ends exchanges that take too long or too much memory. For the loop's thread only.
class Client : private ResponseSink {
 public:
  /// Called from the loop when a response is complete or has failed, and never from inside send().
  /// Hand the exchange back with release() when the response has been read.
  using OnDone = std::function<void(Exchange&)>;
  using OnPiece = ResponseCollector::OnPiece;

  /// Streamed requests require `on_piece`. `on_piece` must neither send requests nor throw.
  Client(Loop& loop, const ClientOptions& options, const TransportFactory& make_transport,
         OnDone on_done, OnPiece on_piece = {});
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Returns a free exchange, whose request the caller fills, or nullptr when `parallel` are taken.
  Exchange* acquire();
  /// Sends exchange.request.
  void send(Exchange& exchange);
  /// Makes an exchange free again, and discards its response.
  void release(Exchange& exchange);
  /// Exchanges acquired and not released.
  std::size_t in_flight() const { return exchanges_.size() - free_.size(); }
  /// Whether the kernel notes the times of all outstanding responses, so that reading them later
  /// does not change their times.
  bool can_defer_reads() const { return hosts_->is_idle() && transport_->can_defer_reads(); }

 private:
  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received) override;
  void end(Exchange& exchange, TransportEnd end) override;

  /// Sends the request, or lets the exchange wait for the addresses of its hosts.
  void start(Exchange& exchange);
  void time_out(Exchange& exchange);
  /// Ends exchanges whose responses took too much memory.
  void end_refused();
  void complete(Exchange& exchange, TransportEnd end);

  ConnectionOptions options_;
  OnDone on_done_;
  Targets targets_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<Exchange*> free_;
  /// By exchange number: where the request goes, and how often it was sent again.
  struct Way {
    std::shared_ptr<const Target> target{};
    unsigned resends = 0;
  };
  std::vector<Way> ways_;
  ResponseCollector collector_;
  EndQueue ends_;
  std::vector<std::size_t> refused_;
  DeferredCall end_refused_;
  std::unique_ptr<HostWait> hosts_;
  std::unique_ptr<RequestTimeouts> timeouts_;
  // Destroyed first: its sockets and handles refer to the rest.
  std::unique_ptr<Transport> transport_;
};

}  // namespace paceline
