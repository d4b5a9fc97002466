#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <paceline/http/direct/connection.h>
#include <paceline/http/direct/response_parser.h>
#include <paceline/http/direct/wire.h>

namespace paceline::http::direct {

/// A connection that speaks HTTP/1.1: one exchange at a time. For the loop's thread only.
class Http1Connection : public Connection, private Wire::Owner {
 public:
  Http1Connection(Opened opened, Shared& shared);

  void begin() override { wire_.begin(); }
  std::size_t capacity() const override { return 1; }
  std::size_t room() const override { return is_open() && exchange_ == nullptr ? 1 : 0; }
  std::size_t exchanges() const override { return exchange_ == nullptr ? 0 : 1; }
  bool is_open() const override { return wire_.is_open(); }
  void start(Exchange& exchange, std::shared_ptr<const RequestHead> head) override;
  void flush() override {}
  void cancel(Exchange& exchange, CancelReason why) override;
  void close() override { wire_.close(); }
  bool can_defer_read(const Exchange& exchange) const override;

 private:
  void received(std::string_view bytes, std::optional<TimePoint> when) override;
  void writable() override { write(); }
  void lost(Loss loss) override;

  void write();
  void begin_response();
  bool take(std::string_view piece);
  void finish();
  void fail(TransportEnd end);
  /// Ends the exchange, with what is known of its response.
  void end(TransportEnd end);

  Shared& shared_;
  /// nullptr while the connection is idle.
  Exchange* exchange_ = nullptr;
  std::shared_ptr<const RequestHead> head_;
  ResponseParser parser_;
  bool has_response_ = false;
  /// The kernel's timestamp of the newest bytes.
  std::optional<TimePoint> received_;
  std::size_t written_ = 0;
  bool is_sent_ = false;
  /// Whether the connection has carried a response.
  bool is_kept_ = false;
  // Destroyed first, since it calls this object.
  Wire wire_;
};

}  // namespace paceline::http::direct
