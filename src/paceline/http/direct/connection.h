#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/http/direct/header_block.h>
#include <paceline/http/direct/request_head.h>
#include <paceline/http/direct/wire.h>
#include <paceline/http/transport.h>

namespace paceline::http::direct {

/// The headers of the responses of each exchange, in a pool of blocks. The block that was returned
/// last is taken first, because it is still in the CPU's caches.
class ResponseBlocks {
 public:
  explicit ResponseBlocks(std::size_t exchanges) : blocks_(exchanges) {}

  /// The exchange's block, empty if the exchange has just begun.
  HeaderBlock& of(const Exchange& exchange);
  /// Returns the exchange's block to the pool.
  void release(const Exchange& exchange);

 private:
  /// By exchange number; nullptr: none.
  std::vector<std::unique_ptr<HeaderBlock>> blocks_;
  std::vector<std::unique_ptr<HeaderBlock>> free_;
};

class Connection;
struct Origin;

/// What the pool notes of a connection.
struct PoolNote {
  Origin* origin = nullptr;
  /// The index among the pool's connections.
  std::size_t place = 0;
  /// Whether the connection is in its origin's list of those with room.
  bool is_ready = false;
  /// Connection::room() and Connection::exchanges() when they were last looked at.
  std::size_t room = 0;
  std::size_t exchanges = 0;
  /// Whether the connection has carried an exchange.
  bool is_used = false;
  /// When the connection was opened, or its last exchange ended.
  TimePoint idle_since{};
  /// How often the host had moved when the connection was opened.
  std::uint64_t moves = 0;
};

/// An open connection that carries exchanges to one origin. Connections are destroyed in the loop's
/// next iteration after they have closed. For the loop's thread only.
class Connection {
 public:
  /// Receives what a connection has to tell. Called from the loop only, and never from inside
  /// start(), flush() or cancel().
  class Owner {
   public:
    virtual ~Owner() = default;
    /// As ResponseSink::take().
    virtual bool take(Exchange& exchange, std::string_view piece,
                      std::optional<TimePoint> received) = 0;
    /// An exchange has ended, and the connection has forgotten it.
    virtual void ended(Connection& connection, Exchange& exchange, TransportEnd end) = 0;
    /// room() or is_open() has changed without the end of an exchange.
    virtual void changed(Connection& connection) = 0;
  };

  /// Shared by the connections of one transport.
  struct Shared {
    Owner& owner;
    Wire::Shared wire;
    ResponseBlocks responses;
    /// Whether a connection carries further requests after its first.
    bool reuses;
  };

  virtual ~Connection() = default;

  /// Reads what came together with the end of the handshake. Call once, from the loop.
  virtual void begin() = 0;
  /// How many exchanges the connection carries at once, as far as is known.
  virtual std::size_t capacity() const = 0;
  /// How many more exchanges the connection carries at the moment.
  virtual std::size_t room() const = 0;
  virtual std::size_t exchanges() const = 0;
  virtual bool is_open() const = 0;
  /// Begins the exchange; its request leaves at the latest in flush(). Needs room().
  virtual void start(Exchange& exchange, std::shared_ptr<const RequestHead> head) = 0;
  virtual void flush() = 0;
  /// Ends the exchange without a call to the owner.
  virtual void cancel(Exchange& exchange, CancelReason why) = 0;
  /// Closes an idle connection.
  virtual void close() = 0;
  /// Whether the response to the exchange may be read late, because the kernel timestamps it.
  virtual bool can_defer_read(const Exchange& exchange) const = 0;

  PoolNote pool;
  /// Whether the transport will call flush().
  bool awaits_flush = false;
};

/// The error of a connection that was lost. `has_begun`: whether a part of the response had come.
TransportEnd loss_end(const Loss& loss, bool has_begun);

}  // namespace paceline::http::direct
