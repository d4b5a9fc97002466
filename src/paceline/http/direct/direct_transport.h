#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <paceline/http/direct/direct_connection.h>
#include <paceline/http/direct/http1.h>
#include <paceline/http/transport.h>

namespace paceline::http::direct {

/// Carries exchanges by HTTP/1.1 without TLS on its own sockets, with less than half of libcurl's
/// CPU time. Each exchange has its own connection. For the loop's thread only.
class DirectTransport : public Transport, private ResponseSink {
 public:
  /// The most descriptors of a transport with that many exchanges.
  static std::size_t descriptors_for(std::size_t exchanges) { return exchanges; }

  DirectTransport(loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                  ResponseSink& sink);

  void send(Exchange& exchange, std::shared_ptr<const Target> target,
            std::span<const Resolver::Known> hosts) override;
  void flush() override {}
  bool cancel(Exchange& exchange) override;
  void release(Exchange& exchange) override;
  bool can_defer_reads() const override { return undeferrable_.empty(); }

 private:
  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received) override;
  void end(Exchange& exchange, TransportEnd end) override;
  void opened(const ConnectTimes& times) override { sink_.opened(times); }

  ResponseSink& sink_;
  EndQueue ends_;
  RequestHeadCache heads_;
  DirectConnection::Shared shared_;
  UndeferrableReads undeferrable_;
  /// Each exchange's connection, made for the exchange's first request.
  std::vector<std::unique_ptr<DirectConnection>> connections_;
};

}  // namespace paceline::http::direct
