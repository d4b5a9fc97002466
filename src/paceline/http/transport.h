#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/connection.h>
#include <paceline/http/resolver.h>
#include <paceline/http/target.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/message.h>
#include <paceline/version.h>

namespace paceline::http {

/// One request with its response. A client owns its exchanges.
struct Exchange {
  explicit Exchange(std::size_t exchange_number) : number(exchange_number) {}

  /// The index among the client's exchanges, for records beside each exchange.
  const std::size_t number;
  /// Filled between Client::acquire() and Client::send().
  Request request;
  /// Valid from the call of Client::OnDone until the exchange is released.
  Response response;
};

/// The User-Agent of requests whose headers have none.
inline std::string user_agent() {
  return "paceline/" + std::string(version());
}

/// Whether the list has a header of that name, without regard to case.
bool has_header(const HeaderList& lines, std::string_view name);

/// The lines (nullptr: none), and the headers that the options add to each request, unless the
/// lines have one of that name. A signed request has no "Connection: close".
HeaderList headers_with(const HeaderList* lines, const ConnectionOptions& options,
                        bool is_signed = false);

/// How an exchange ended on its transport.
struct TransportEnd {
  TransportError error = TransportError::ok;
  /// What went wrong. The message is empty if the client has one for this kind of error.
  Error why{};
  /// When the last byte arrived: the kernel's timestamp, or else the time of the end.
  TimePoint when{};
  /// Whether the server has not processed the request, so that the request may be sent again.
  bool is_unprocessed = false;
};

/// Receives responses from a transport, on the loop's thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// Takes a piece of the body. The response's status and headers are set by then. `received`: the
  /// kernel's timestamp of the piece, if any. Returns false if the rest is not wanted; the
  /// transport then ends the exchange with TransportError::too_large.
  virtual bool take(Exchange& exchange, std::string_view piece,
                    std::optional<TimePoint> received) = 0;
  /// Takes the end of an exchange. Called from the loop only, and never from inside a transport's
  /// send() or cancel(). May send and cancel exchanges.
  virtual void end(Exchange& exchange, TransportEnd end) = 0;
  /// Takes the times of a connection that has been opened. Called from the loop only. Must not send
  /// or cancel exchanges.
  virtual void opened(const ConnectTimes& times) = 0;
};

/// Why an exchange is ended before its response.
enum class CancelReason {
  /// The response took too long, so that its connection may be dead.
  overdue,
  /// The rest of the response is not wanted.
  unwanted,
};

/// Carries requests and responses on the loop.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends the exchange's request to its target, at the latest in the loop's next iteration or in
  /// flush(). `hosts` has the addresses of the hosts on the
  /// target's route, in their order, and is read during the call only. A request that the transport
  /// cannot carry ends with an error.
  virtual void send(Exchange& exchange, std::shared_ptr<const Target> target,
                    std::span<const Resolver::Known> hosts) = 0;
  /// Sends the requests that wait to be sent together. Call after a row of send().
  virtual void flush() = 0;
  /// Ends the exchange without a call to the sink: closes its connection, or over HTTP/2 resets its
  /// stream or closes the connection if there is no other stream. Returns whether a connection had
  /// been made.
  virtual bool cancel(Exchange& exchange, CancelReason why) = 0;
  /// Frees the memory of the exchange's response headers.
  virtual void release(Exchange& exchange) = 0;
  /// Whether the kernel timestamps all outstanding responses, so that reading them later does not
  /// change their times.
  virtual bool can_defer_reads() const = 0;
  /// Begins to open connections for so many requests like the exchange's, which is not sent. From
  /// then on, a transport may keep a few more connections than are in use. `hosts`: as in send().
  virtual void open_ahead(const Exchange& exchange, std::shared_ptr<const Target> target,
                          std::span<const Resolver::Known> hosts, std::size_t exchanges) = 0;
  /// Whether connections are being opened ahead of their requests.
  virtual bool is_opening_ahead() const = 0;
  /// The CPU time of the transport's own threads so far.
  virtual std::chrono::nanoseconds cpu_time() const = 0;
};

/// The exchanges whose responses the kernel does not timestamp, so that their reads cannot be
/// deferred.
class UndeferrableReads {
 public:
  explicit UndeferrableReads(std::size_t exchanges) : has_(exchanges) {}

  void set(const Exchange& exchange, bool is_undeferrable) {
    if (has_[exchange.number] == is_undeferrable) return;
    has_[exchange.number] = is_undeferrable;
    is_undeferrable ? ++count_ : --count_;
  }
  bool empty() const { return count_ == 0; }

 private:
  std::vector<bool> has_;
  std::size_t count_ = 0;
};

/// Makes the transport of a client with that many exchanges. The loop, the options and the sink
/// outlive the transport. The transports of one factory share what speeds up later connections,
/// such as TLS sessions. For any thread.
using TransportFactory = std::function<std::unique_ptr<Transport>(
    loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges, ResponseSink& sink)>;

/// Queues ends of exchanges that occur inside a call from the sink, which must not be called back
/// then. Passes them to the sink in the loop's next iteration.
class EndQueue {
 public:
  EndQueue(loop::Loop& loop, ResponseSink& sink) : sink_(sink), later_(loop, [this] { tell(); }) {}

  void add(Exchange& exchange, TransportEnd end);
  /// Removes the exchange's end. Returns whether there was one.
  bool cancel(const Exchange& exchange);

 private:
  struct Entry {
    Exchange* exchange;
    TransportEnd end;
  };

  void tell();

  ResponseSink& sink_;
  std::deque<Entry> entries_;
  loop::DeferredCall later_;
};

/// Closes sockets in the loop's next iteration, so that no watch is destroyed while its callback
/// runs. The connection is shut down at once.
class RetiredSockets {
 public:
  explicit RetiredSockets(loop::Loop& loop) : later_(loop, [this] { sockets_.clear(); }) {}

  void add(std::unique_ptr<loop::Poll> watch, loop::Descriptor socket) {
    if (!watch && !socket.is_open()) return;
    if (watch) watch->want(0);
    if (socket.is_open()) shutdown(socket.get(), SHUT_RDWR);
    sockets_.push_back({std::move(socket), std::move(watch)});
    later_.ask();
  }

 private:
  struct Socket {
    loop::Descriptor descriptor;
    // Destroyed first.
    std::unique_ptr<loop::Poll> watch;
  };

  std::vector<Socket> sockets_;
  loop::DeferredCall later_;
};

}  // namespace paceline::http
