#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <paceline/http/exchange.h>
#include <paceline/http/plain_request.h>
#include <paceline/http/reply_reader.h>
#include <paceline/loop/descriptor.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// HTTP/1.1 without TLS on one TCP connection, which an exchange keeps from request to request.
/// Takes less than half of the CPU that libcurl does, which makes the connection.
class PlainConnection {
 public:
  enum class End {
    /// The exchange's reply says how.
    done,
    /// A kept connection had been closed before anything of a reply came: send it on another.
    stale,
  };
  using OnEnd = std::function<void(Exchange&, End)>;

  /// What is read goes through `buffer`, which connections of one loop share.
  PlainConnection(Loop& loop, Exchange& exchange, std::span<char> buffer, OnEnd on_end);

  /// Learns what to send. False where only libcurl can.
  bool prepare();
  /// Whether it is open to where the request goes, which is being sent now.
  bool is_ready() const;
  /// Takes a connection to where the request goes.
  void open(Descriptor socket);
  void close();
  /// Sends the exchange's request. on_end is never called from inside.
  void send();
  std::optional<std::string_view> header(std::string_view name) const {
    return reader_.header(name);
  }

 private:
  void happened(int status, int events);
  void write();
  std::string_view body() const;
  bool is_sent() const { return written_ == head_.size() + body().size(); }
  void read();
  bool take(std::string_view piece);
  /// The server has closed or reset it.
  void lose(int error);
  void finish();
  void fail(Transport transport, std::string why);

  Loop& loop_;
  Exchange& exchange_;
  std::span<char> buffer_;
  OnEnd on_end_;
  ReplyReader reader_;

  /// What the head was made of.
  Method method_ = Method::get;
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  bool is_plain_ = false;
  std::string wanted_origin_;
  std::string head_;
  /// How much of the head is the same whatever the body is.
  std::size_t same_head_ = 0;

  Descriptor socket_;
  std::optional<SocketWatch> watch_;
  std::string origin_;
  TimePoint last_used_;
  /// Whether a reply has come on it.
  bool is_kept_ = false;
  bool is_busy_ = false;
  std::size_t written_ = 0;
  std::optional<TimePoint> received_;
};

}  // namespace paceline
