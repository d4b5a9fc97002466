#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <paceline/http/exchange.h>
#include <paceline/http/resolver.h>
#include <paceline/http/target.h>
#include <paceline/loop/loop.h>
#include <paceline/version.h>

namespace paceline {

struct ConnectionOptions;

/// The User-Agent of requests whose headers have none.
inline std::string user_agent() {
  return "paceline/" + std::string(version());
}

/// The transports.
enum class TransportKind {
  /// libcurl's multi interface: http and https, HTTP/1.1 and HTTP/2, proxies.
  curl,
  /// HTTP/1.1 without TLS on sockets of its own.
  direct,
};

/// As --paceline_transport and results name it.
constexpr std::string_view name_of(TransportKind kind) {
  return kind == TransportKind::direct ? "direct" : "curl";
}

/// How an exchange ended on its transport.
struct TransportEnd {
  TransportError error = TransportError::ok;
  /// What went wrong. The message is empty where the client has one for this kind of error.
  Error why{};
  /// When the last byte came in, by the kernel's note where there is one; else now.
  TimePoint when{};
  /// Whether the server has not looked at the request, so that the request may be sent again.
  bool is_unprocessed = false;
};

/// Takes what a transport receives. Called on the loop's thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// A piece of the body. The response's status and headers are there by then. `received` says when
  /// the piece came in, where the kernel noted that. False: the rest is not wanted, and the
  /// transport is to end the exchange with TransportError::too_large.
  virtual bool take(Exchange& exchange, std::string_view piece,
                    std::optional<TimePoint> received) = 0;
  /// The exchange has ended. Called from the loop only, and never from inside a transport's send()
  /// or cancel(). Exchanges may be sent and canceled from inside.
  virtual void end(Exchange& exchange, TransportEnd end) = 0;
};

/// Carries requests and responses on the loop.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends the exchange's request to its target. `hosts` is known of the hosts on the target's
  /// route, in their order, and is read during the call only. A request that the transport cannot
  /// carry ends with a sentence.
  virtual void send(Exchange& exchange, std::shared_ptr<const Target> target,
                    std::span<const Resolver::Known> hosts) = 0;
  /// Ends the exchange without a call to the sink. Returns whether a connection had been made.
  virtual bool cancel(Exchange& exchange) = 0;
  /// Frees what the exchange's response headers are kept in.
  virtual void release(Exchange& exchange) = 0;
  /// Whether the times of all responses to come are the kernel's notes, and so the same however
  /// late the responses are read.
  virtual bool can_defer_reads() const = 0;
};

/// Makes the transport of a client with so many exchanges. The loop, the options and the sink
/// outlive the transport.
using TransportFactory = std::function<std::unique_ptr<Transport>(
    Loop& loop, const ConnectionOptions& options, std::size_t exchanges, ResponseSink& sink)>;

}  // namespace paceline
