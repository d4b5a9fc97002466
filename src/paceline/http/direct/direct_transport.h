#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <paceline/http/direct/connection.h>
#include <paceline/http/direct/connection_pool.h>
#include <paceline/http/direct/request_head.h>
#include <paceline/http/direct/tls_context.h>
#include <paceline/http/transport.h>

namespace paceline::http::direct {

/// Carries exchanges over its own sockets, with less than half of libcurl's CPU time: HTTP/1.1, and
/// over TLS also HTTP/2. For the loop's thread only.
class DirectTransport : public Transport, private Connection::Owner, private ConnectionPool::Owner {
 public:
  /// The most descriptors of a transport with that many exchanges.
  static std::size_t descriptors_for(std::size_t exchanges);

  /// `tls`: shared by the transports of one factory.
  DirectTransport(loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                  ResponseSink& sink, std::shared_ptr<SharedTlsContext> tls);

  void send(Exchange& exchange, std::shared_ptr<const Target> target,
            std::span<const Resolver::Known> hosts) override;
  void flush() override;
  bool cancel(Exchange& exchange, CancelReason why) override;
  void release(Exchange& exchange) override { shared_.responses.release(exchange); }
  bool can_defer_reads() const override { return undeferrable_.empty(); }
  void open_ahead(const Exchange& exchange, std::shared_ptr<const Target> target,
                  std::span<const Resolver::Known> hosts, std::size_t exchanges) override;
  bool is_opening_ahead() const override { return pool_.opening() > 0; }
  std::chrono::nanoseconds cpu_time() const override { return pool_.cpu_time(); }

 private:
  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received) override;
  void ended(Connection& connection, Exchange& exchange, TransportEnd end) override;
  void changed(Connection& connection) override { pool_.settle(connection, Clock::now()); }
  void serve(WaitingExchange waiting, Connection& connection, const ConnectTimes* opened) override;
  void refuse(Exchange& exchange, TransportEnd end) override;
  void opened(const ConnectTimes& times) override { sink_.opened(times); }
  void closed(Connection& connection) override;

  void start(Exchange& exchange, std::shared_ptr<const RequestHead> head, Connection& connection);

  ResponseSink& sink_;
  std::shared_ptr<SharedTlsContext> tls_;
  EndQueue ends_;
  RequestHeadCache heads_;
  UndeferrableReads undeferrable_;
  /// By exchange number; nullptr while the exchange is on no connection.
  std::vector<Connection*> carriers_;
  /// Connections with requests that have not been flushed.
  std::vector<Connection*> to_flush_;
  loop::DeferredCall flush_later_;
  Connection::Shared shared_;
  // Destroyed first: its connections refer to the other members.
  ConnectionPool pool_;
};

}  // namespace paceline::http::direct
