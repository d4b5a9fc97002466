#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/exchange.h>
#include <paceline/http/plain_request.h>
#include <paceline/http/reply_reader.h>
#include <paceline/http/spares.h>
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
  /// What the connections of one client have together.
  struct Shared {
    Loop& loop;
    std::function<void(Exchange&, End)> on_end;
    /// What is read goes through it.
    std::vector<char> buffer;
    PlainRequests requests{};
    Spares<std::unique_ptr<ReplyReader>> readers{};
  };

  PlainConnection(Exchange& exchange, Shared& shared) : exchange_(exchange), shared_(shared) {}

  /// Learns what to send. False where only libcurl can.
  bool prepare();
  /// What is to be looked up to connect to where the request goes.
  const Route& route() const { return request_->route; }
  /// Whether it is open to where the request goes, which is being sent now. It is not where the
  /// host has moved since: `moves` is how often it has.
  bool is_ready(std::uint64_t moves);
  /// Takes a connection to where the request goes.
  void open(Descriptor socket);
  void close();
  /// Sends the exchange's request. on_end is never called from inside.
  void send();
  /// Whether the kernel notes when bytes come in on it.
  bool has_receive_times() const { return received_.has_value(); }
  /// Of a reply that came on it.
  std::optional<std::string_view> header(std::string_view name) const;
  /// Its headers are no longer asked for.
  void drop_reply();

 private:
  void happened(int status, int events);
  void write();
  void read();
  void begin_reply();
  bool take(std::string_view piece);
  /// The server has closed or reset it.
  void lose(int error);
  void finish();
  void fail(Transport transport, std::string why);

  Exchange& exchange_;
  Shared& shared_;
  /// What is sent, but for its body; nothing where only libcurl can.
  std::shared_ptr<const PlainRequest> request_;
  /// Of the reply, once anything of it has come.
  std::unique_ptr<ReplyReader> reader_;
  std::optional<TimePoint> received_;
  std::size_t written_ = 0;
  bool is_sent_ = false;
  bool is_busy_ = false;
  /// Whether a reply has come on it.
  bool is_kept_ = false;
  Descriptor socket_;
  std::optional<SocketWatch> watch_;
  /// Where the connection goes to.
  std::shared_ptr<const PlainRequest> opened_for_;
  std::uint64_t moves_ = 0;
  TimePoint last_used_;
};

}  // namespace paceline
