#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/connection.h>
#include <paceline/http/resolver.h>
#include <paceline/http/response_collector.h>
#include <paceline/http/target.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>

namespace paceline::http {

/// Tracks deadlines of requests, which share one duration, so that one timer serves all of them.
///
/// An exchange that has ended stays in the queue until its deadline. Then the exchange is
/// discarded, or queued again if it has been sent again. Sending and ending a request therefore
/// usually costs no heap operation.
class RequestTimeouts {
 public:
  /// `on_timeout` is called from the loop, and may begin and end exchanges.
  RequestTimeouts(loop::Loop& loop, std::size_t exchanges, std::chrono::milliseconds timeout,
                  std::function<void(Exchange&)> on_timeout);

  /// Call when the exchange is sent; response.sent is the current time.
  void begin(Exchange& exchange);
  /// Call when the exchange has ended in time.
  void end(const Exchange& exchange);

 private:
  /// The earliest time at which an exchange can time out.
  struct Entry {
    TimePoint deadline;
    Exchange* exchange;
    bool operator>(const Entry& other) const { return deadline > other.deadline; }
  };
  struct State {
    bool is_on_its_way = false;
    bool is_queued = false;
  };

  void look();

  std::chrono::milliseconds timeout_;
  std::function<void(Exchange&)> on_timeout_;
  /// By exchange number.
  std::vector<State> states_;
  /// The earliest deadline is on top.
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  loop::Timer timer_;
};

/// Options of one client.
struct ClientOptions {
  /// The most requests in flight at once.
  std::size_t parallel = 1;
  ConnectionOptions connection{};
  /// May be shared by several clients; nullptr: the client has its own.
  std::shared_ptr<Resolver> resolver{};
  /// The time from send to cancellation of the requests that cancel_later() names. Shorter than the
  /// timeout.
  std::chrono::milliseconds cancel_after{0};
};

/// Carries requests and responses on the loop: looks up hosts, hands exchanges to a transport, and
/// ends exchanges that take too long or too much memory. For the loop's thread only.
class Client : private ResponseSink {
 public:
  /// Called from the loop when a response is complete or has failed, and never from inside send().
  /// Hand the exchange back with release() when the response has been read.
  using OnDone = std::function<void(Exchange&)>;
  using OnPiece = ResponseCollector::OnPiece;
  /// Called from the loop for each connection that has been opened. Must not send requests.
  using OnOpened = std::function<void(const ConnectTimes&)>;

  /// Streamed requests require `on_piece`. `on_piece` must neither send requests nor throw.
  Client(loop::Loop& loop, const ClientOptions& options, const TransportFactory& make_transport,
         OnDone on_done, OnPiece on_piece = {}, OnOpened on_opened = {});
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Returns a free exchange, whose request the caller fills, or nullptr if `parallel` are in use.
  Exchange* acquire();
  /// Sends exchange.request, at the latest in the loop's next iteration or in flush().
  void send(Exchange& exchange);
  /// Cancels the exchange, which was sent just now, at ClientOptions::cancel_after, unless it has
  /// ended by then. It then ends with TransportError::cancelled.
  void cancel_later(Exchange& exchange) { cancellations_->begin(exchange); }
  /// Sends the requests that wait to be sent together. Call after a row of send().
  void flush() { transport_->flush(); }
  /// Begins to open connections for so many requests like the exchange's, which is not sent. Does
  /// nothing if the transport cannot, or the host's addresses are not known yet.
  void open_ahead(Exchange& exchange, std::size_t exchanges);
  /// Whether connections are being opened ahead of their requests.
  bool is_opening_ahead() const { return transport_->is_opening_ahead(); }
  /// The CPU time of threads of the transport so far.
  std::chrono::nanoseconds cpu_time() const { return transport_->cpu_time(); }
  /// Makes an exchange free again, and discards its response.
  void release(Exchange& exchange);
  /// Number of exchanges acquired and not released.
  std::size_t in_flight() const { return exchanges_.size() - free_.size(); }
  /// Whether the kernel timestamps all outstanding responses, so that reading them later does not
  /// change their times.
  bool can_defer_reads() const { return hosts_->is_idle() && transport_->can_defer_reads(); }

 private:
  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received) override;
  void end(Exchange& exchange, TransportEnd end) override;
  void opened(const ConnectTimes& times) override;

  /// Sends the request, or lets the exchange wait for the addresses of its hosts.
  void start(Exchange& exchange);
  void time_out(Exchange& exchange);
  void cancel(Exchange& exchange);
  /// Ends exchanges whose responses took too much memory.
  void end_refused();
  void complete(Exchange& exchange, TransportEnd end);

  ConnectionOptions options_;
  std::chrono::milliseconds cancel_after_;
  /// Why no request can be sent with the options; nothing: requests can be sent.
  std::optional<Error> refusal_;
  OnDone on_done_;
  OnOpened on_opened_;
  Targets targets_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<Exchange*> free_;
  /// The way of a request.
  struct Way {
    std::shared_ptr<const Target> target{};
    /// How often the request was sent again.
    unsigned resends = 0;
    /// When the request began to wait for its hosts' addresses.
    std::optional<TimePoint> looks_up_since{};
    /// How long the request waited for them.
    std::chrono::nanoseconds lookup{0};

    void end_lookup() {
      if (looks_up_since) lookup += Clock::now() - *looks_up_since;
      looks_up_since.reset();
    }
  };
  /// By exchange number.
  std::vector<Way> ways_;
  ResponseCollector collector_;
  EndQueue ends_;
  std::vector<std::size_t> refused_;
  loop::DeferredCall end_refused_;
  std::unique_ptr<HostWait> hosts_;
  std::unique_ptr<RequestTimeouts> timeouts_;
  std::unique_ptr<RequestTimeouts> cancellations_;
  // Destroyed first: its sockets and handles refer to the other members.
  std::unique_ptr<Transport> transport_;
};

}  // namespace paceline::http
