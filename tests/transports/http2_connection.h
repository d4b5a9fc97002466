#pragma once

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "byte_stream.h"
#include "scripted_connection.h"

namespace paceline::http {

/// Plays scripts in HTTP/2. Requests on several streams are answered one after the other.
class Http2Connection : public ScriptedConnection {
 public:
  explicit Http2Connection(ByteStream& stream);

  std::optional<HeardRequest> hear() override;
  std::optional<HeardRequest> hear_head() override;
  void play(const ResponseScript& script) override;
  void wait_for_cancel() override;
  void pause(std::chrono::milliseconds time) override;
  void reset_connection() override { stream_.reset(); }
  void close() override;
  /// Sends a GOAWAY that excludes the streams above `last_stream`.
  void go_away(int32_t last_stream);
  /// The stream of the request last heard.
  int32_t current_stream() const { return current_; }

 private:
  struct Free {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  /// A request with its response.
  struct Stream {
    HeardRequest request{};
    /// Bytes of the body to send, and how many of them were sent.
    std::string body{};
    std::size_t sent = 0;
    /// Whether the response ends after those bytes.
    bool ends = false;
    HeaderLines trailers{};
    bool is_closed = false;
  };

  // Callbacks of nghttp2.
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                       std::size_t name_length, const uint8_t* value, std::size_t value_length,
                       uint8_t, void* self);
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int on_data(nghttp2_session*, uint8_t, int32_t stream, const uint8_t* data,
                     std::size_t length, void* self);
  static int on_close(nghttp2_session*, int32_t stream, uint32_t, void* self);
  static ssize_t read_body(nghttp2_session* session, int32_t stream, uint8_t* into,
                           std::size_t room, uint32_t* flags, nghttp2_data_source*, void* self);

  std::optional<HeardRequest> hear_from(std::deque<int32_t>& heard);
  void play_response(const ResponseScript& script);
  void submit_head(const ResponseScript& script);
  /// Sends the rest of the body, within the client's flow-control window.
  void send_body();
  void end(ResponseEnd end);
  /// Writes nghttp2's output and feeds nghttp2 the client's bytes. Returns false after the
  /// deadline, or when the client has disconnected.
  bool exchange_frames(TimePoint until = TimePoint::max());
  void send_frames();
  Stream& current() { return streams_[current_]; }

  ByteStream& stream_;
  std::map<int32_t, Stream> streams_;
  /// Streams whose request head has arrived, and streams whose whole request has; not heard yet.
  std::deque<int32_t> heads_;
  std::deque<int32_t> whole_;
  /// The request last heard.
  int32_t current_ = 0;
  bool is_gone_ = false;
  std::unique_ptr<nghttp2_session, Free> session_;
};

}  // namespace paceline::http
