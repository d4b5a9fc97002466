#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/http/direct/http1.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>

namespace paceline::http::direct {

/// A pool of reusable objects. The object that was returned last is taken first, because it is
/// still in the CPU's caches.
template <typename Object>
class ObjectPool {
 public:
  /// Returns a default-constructed object if the pool is empty.
  Object take() {
    if (objects_.empty()) return Object();
    Object object = std::move(objects_.back());
    objects_.pop_back();
    return object;
  }
  void give(Object object) { objects_.push_back(std::move(object)); }

 private:
  std::vector<Object> objects_;
};

/// HTTP/1.1 without TLS on one TCP connection, which an exchange keeps from request to request. For
/// the loop's thread only.
class DirectConnection : public ResponseHeaders {
 public:
  /// Shared by the connections of one transport.
  struct Shared {
    loop::Loop& loop;
    ResponseSink& sink;
    /// The time limit for one address if the host has further addresses.
    std::chrono::milliseconds connect_timeout;
    /// Whether a connection carries further requests after its first.
    bool reuses;
    /// Path of the Unix socket to which all connections lead; empty: none.
    std::string unix_socket;
    RetiredSockets retired;
    /// Read buffer.
    std::vector<char> buffer;
    ObjectPool<std::unique_ptr<ResponseParser>> parsers{};
  };

  DirectConnection(Exchange& exchange, Shared& shared) : exchange_(exchange), shared_(shared) {}

  /// Sends the exchange's request. Uses the open connection if that leads to the same origin and
  /// the host has not moved. Does not call the sink. Fails if no connection can be made.
  Result<void> send(std::shared_ptr<const RequestHead> head,
                    std::span<const Resolver::Known> hosts);
  void close();
  bool is_connected() const { return is_busy_ && !is_connecting_; }
  /// Whether the response may be read late, because the kernel timestamps its bytes.
  bool can_defer_read() const;
  std::optional<std::string_view> find(const char* name) const override;
  /// Returns the parser, which holds the response's headers, to the pool.
  void drop_response();

 private:
  bool is_ready(const RequestHead& head, std::uint64_t moves);
  /// Begins to connect to the next address. If there is none, fails with `error`, the error of the
  /// previous address.
  Result<void> connect(Error error);
  void connected();
  /// Gives up the current address and tries the next.
  void fail_address(int error);
  void start_connect_timer();
  void happened(int status, int events);
  void write();
  void read();
  void begin_response();
  bool take(std::string_view piece);
  /// Handles a connection that the server has closed, or reset with errno `error`.
  void lose(int error);
  void finish();
  void fail(TransportError error, Error why, bool is_unprocessed = false);

  Exchange& exchange_;
  Shared& shared_;
  std::shared_ptr<const RequestHead> head_;
  /// nullptr before the first bytes of the response.
  std::unique_ptr<ResponseParser> parser_;
  std::optional<TimePoint> received_;
  std::size_t written_ = 0;
  bool is_sent_ = false;
  bool is_busy_ = false;
  bool is_connecting_ = false;
  /// Whether the connection has carried a response.
  bool is_kept_ = false;
  loop::Descriptor socket_;
  std::unique_ptr<loop::Poll> watch_;
  /// The origin that the connection leads to.
  std::string origin_;
  std::uint64_t moves_ = 0;
  TimePoint last_used_;
  /// The addresses that have not been tried, or the path of a Unix socket.
  Addresses addresses_;
  /// The address that is being tried.
  std::string address_;
  std::unique_ptr<loop::Timer> connect_timer_;
};

}  // namespace paceline::http::direct
