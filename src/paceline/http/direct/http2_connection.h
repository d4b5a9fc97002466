#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/http/direct/connection.h>
#include <paceline/http/direct/wire.h>

namespace paceline::http::direct {

/// A connection that speaks HTTP/2 by nghttp2: as many exchanges at once as the server allows. For
/// the loop's thread only.
class Http2Connection : public Connection, private Wire::Owner {
 public:
  /// `streams`: how many exchanges the server probably allows at once; nothing: it is not known.
  Http2Connection(Opened opened, Shared& shared, std::optional<std::size_t> streams);

  void begin() override;
  std::size_t capacity() const override { return shared_.reuses ? limit_ : 1; }
  std::size_t room() const override;
  std::size_t exchanges() const override { return active_.size() + ended_.size(); }
  bool is_open() const override { return wire_.is_open(); }
  void start(Exchange& exchange, std::shared_ptr<const RequestHead> head) override;
  void flush() override;
  void cancel(Exchange& exchange, CancelReason why) override;
  void close() override { wire_.close(); }
  /// False: several responses share the socket, and the kernel keeps only the newest bytes' time.
  bool can_defer_read(const Exchange&) const override { return false; }

 private:
  struct Free {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  /// An exchange on its stream.
  struct Stream {
    Exchange* exchange = nullptr;
    std::shared_ptr<const RequestHead> head{};
    std::int32_t id = 0;
    /// The index in active_.
    std::size_t place = 0;
    /// The value of content-length, and how many bytes of the body nghttp2 has taken.
    std::string length{};
    std::size_t sent = 0;
    /// The status so far, which may be of an interim response; 0: none.
    long status = 0;
    /// Whether the headers of the response proper have ended, so that further ones are trailers.
    bool has_head = false;
    std::size_t header_bytes = 0;
    /// Whether the server has heard of the request.
    bool has_begun = false;
    /// Whether the stream was reset here, for a violation.
    bool is_reset_here = false;
    /// How often something had been read when the exchange was started.
    std::uint64_t reads_before = 0;
    /// Why the rest of the response is not wanted, or is not HTTP/2.
    std::optional<std::pair<TransportError, Error>> refusal{};
  };
  struct Ended {
    Exchange* exchange;
    TransportEnd end;
  };

  void received(std::string_view bytes, std::optional<TimePoint> when) override;
  void writable() override { flush(); }
  void lost(Loss loss) override;

  // What nghttp2's callbacks do. A stream that has ended or was cancelled has none.
  static const nghttp2_session_callbacks* callbacks();
  static void set_header_callbacks(nghttp2_session_callbacks* made);
  static void set_stream_callbacks(nghttp2_session_callbacks* made);
  static void set_frame_callbacks(nghttp2_session_callbacks* made);
  Stream* find(std::int32_t id) const;
  int begin_headers(Stream& stream);
  int take_header(Stream& stream, std::string_view name, std::string_view value);
  int take_frame(const nghttp2_frame& frame);
  /// Takes the server's limit on streams.
  void take_settings();
  void take_head(Stream& stream);
  int take_data(Stream& stream, std::string_view piece);
  void note_own_frame(const nghttp2_frame& frame);
  int take_close(Stream& stream, std::uint32_t error);
  void take_violation(const nghttp2_frame& frame, int error);
  ssize_t give_body(Stream& stream, std::span<std::uint8_t> into, std::uint32_t& flags);

  void submit(Stream& stream);
  /// Forgets the stream.
  void forget(Stream& stream, bool is_to_be_reset);
  /// Forgets the stream, and notes the end of its exchange.
  void end(Stream& stream, TransportEnd end, bool is_to_be_reset);
  /// Tells the ends that were noted.
  void tell_ended();
  /// Closes the connection and ends all exchanges.
  void end_all(const TransportEnd& end_of_begun, const TransportEnd& end_of_others);
  TimePoint now() const { return received_.value_or(Clock::now()); }

  Shared& shared_;
  std::vector<std::unique_ptr<Stream>> active_;
  std::vector<std::unique_ptr<Stream>> free_;
  /// Exchanges whose ends have not been told.
  std::deque<Ended> ended_;
  std::optional<TimePoint> received_;
  std::uint64_t reads_ = 0;
  /// The most streams at once that the server allows.
  std::size_t limit_;
  /// Whether no further request may begin.
  bool is_going_away_ = false;
  /// Whether the server has said which requests it does not process.
  bool has_goaway_ = false;
  /// Whether a stream was started, for connections that are not reused.
  bool is_used_ = false;
  /// Whether the connection has carried a response.
  bool is_kept_ = false;
  /// How the server violated HTTP/2; empty: not at all.
  std::string violation_;
  std::string output_;
  std::vector<nghttp2_nv> fields_;
  // Destroyed first, since they call this object.
  Wire wire_;
  std::unique_ptr<nghttp2_session, Free> session_;
};

}  // namespace paceline::http::direct
