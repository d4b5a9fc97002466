// What a connection does with the server's frames.

#include <fmt/format.h>
#include <paceline/http/direct/http2_connection.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

namespace paceline::http::direct {
namespace {

/// As in the transport of libcurl.
constexpr std::size_t most_header_bytes = 512U << 10U;

/// What a header counts beside its text, as in RFC 9113, so that short ones are bounded too.
constexpr std::size_t header_overhead = 32;

std::string_view text_of(const std::uint8_t* bytes, std::size_t length) {
  return {reinterpret_cast<const char*>(bytes), length};
}

/// Keeps exceptions out of the C library.
template <typename Action>
int without_exceptions(Action action) noexcept {
  try {
    return action();
  } catch (...) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

}  // namespace

void Http2Connection::set_header_callbacks(nghttp2_session_callbacks* made) {
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      made, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        Stream* stream = connection.find(frame->hd.stream_id);
        return stream == nullptr
                   ? 0
                   : without_exceptions([&] { return connection.begin_headers(*stream); });
      });
  nghttp2_session_callbacks_set_on_header_callback(
      made, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
               std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
               std::uint8_t, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        Stream* stream = connection.find(frame->hd.stream_id);
        if (stream == nullptr) return 0;
        return without_exceptions([&] {
          return connection.take_header(*stream, text_of(name, name_length),
                                        text_of(value, value_length));
        });
      });
}

void Http2Connection::set_stream_callbacks(nghttp2_session_callbacks* made) {
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      made, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
               std::size_t length, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        Stream* stream = connection.find(id);
        if (stream == nullptr) return 0;
        return without_exceptions(
            [&] { return connection.take_data(*stream, text_of(data, length)); });
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      made, [](nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        Stream* stream = connection.find(id);
        if (stream == nullptr) return 0;
        return without_exceptions([&] { return connection.take_close(*stream, error); });
      });
}

void Http2Connection::set_frame_callbacks(nghttp2_session_callbacks* made) {
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      made, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        return without_exceptions([&] { return connection.take_frame(*frame); });
      });
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
      made, [](nghttp2_session*, const nghttp2_frame* frame, int error, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        return without_exceptions([&] {
          connection.take_violation(*frame, error);
          return 0;
        });
      });
  nghttp2_session_callbacks_set_before_frame_send_callback(
      made, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        auto& connection = *static_cast<Http2Connection*>(self);
        return without_exceptions([&] {
          connection.note_own_frame(*frame);
          return 0;
        });
      });
}

const nghttp2_session_callbacks* Http2Connection::callbacks() {
  struct Free {
    void operator()(nghttp2_session_callbacks* made) const { nghttp2_session_callbacks_del(made); }
  };
  static const std::unique_ptr<nghttp2_session_callbacks, Free> callbacks = [] {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    set_header_callbacks(made);
    set_stream_callbacks(made);
    set_frame_callbacks(made);
    return std::unique_ptr<nghttp2_session_callbacks, Free>(made);
  }();
  return callbacks.get();
}

Http2Connection::Stream* Http2Connection::find(std::int32_t id) const {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
}

// Headers of interim responses are dropped.
int Http2Connection::begin_headers(Stream& stream) {
  if (!stream.has_head) shared_.responses.of(*stream.exchange).clear();
  return 0;
}

int Http2Connection::take_header(Stream& stream, std::string_view name, std::string_view value) {
  stream.header_bytes += name.size() + value.size() + header_overhead;
  if (stream.header_bytes > most_header_bytes) {
    // Nothing good follows on the connection.
    is_going_away_ = true;
    stream.refusal = {TransportError::malformed,
                      {ErrorCode::malformed_response, "the response's headers are too long"}};
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  // Trailers.
  if (stream.has_head) return 0;
  if (name == ":status") {
    std::from_chars(value.data(), value.data() + value.size(), stream.status);
    return 0;
  }
  HeaderBlock& block = shared_.responses.of(*stream.exchange);
  block.begin();
  block.add_to_name(name);
  block.add_to_value(text::without_spaces(value));
  return 0;
}

void Http2Connection::take_settings() {
  limit_ =
      nghttp2_session_get_remote_settings(session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  // Requests beyond the limit would wait here unseen. Another connection may have room.
  const std::size_t most = std::max<std::size_t>(limit_, 1);
  for (std::size_t at = active_.size(); at > 0 && active_.size() > most; --at) {
    Stream& stream = *active_[at - 1];
    if (stream.has_begun) continue;
    end(stream,
        {TransportError::reset,
         {ErrorCode::connection_reset, "the server allows fewer requests on a connection"},
         now(),
         true},
        true);
  }
}

void Http2Connection::take_head(Stream& stream) {
  constexpr long least_status = 100;
  constexpr long least_final_status = 200;
  if (stream.status < least_status) {
    return end(stream,
               {TransportError::malformed,
                {ErrorCode::malformed_response,
                 fmt::format("the response is not HTTP/2: its status is {:03}", stream.status)},
                now()},
               true);
  }
  if (stream.status < least_final_status) return;
  stream.has_head = true;
  stream.exchange->response.status = stream.status;
  stream.exchange->response.headers = &shared_.responses.of(*stream.exchange);
}

int Http2Connection::take_frame(const nghttp2_frame& frame) {
  switch (frame.hd.type) {
    case NGHTTP2_SETTINGS:
      take_settings();
      return 0;
    case NGHTTP2_GOAWAY:
      is_going_away_ = true;
      has_goaway_ = true;
      return 0;
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA:
      break;
    default:
      return 0;
  }
  Stream* stream = find(frame.hd.stream_id);
  if (stream == nullptr) return 0;
  if (frame.hd.type == NGHTTP2_HEADERS && !stream->has_head) {
    take_head(*stream);
    if (find(frame.hd.stream_id) == nullptr) return 0;
  }
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
    // After an early response, the rest of the request is not sent.
    const bool is_sent = nghttp2_session_get_stream_local_close(session_.get(), stream->id) == 1;
    end(*stream, {TransportError::ok, {}, now()}, !is_sent);
  }
  return 0;
}

int Http2Connection::take_data(Stream& stream, std::string_view piece) {
  if (!shared_.owner.take(*stream.exchange, piece, received_)) {
    end(stream, {TransportError::too_large, {}, now()}, true);
  }
  return 0;
}

void Http2Connection::take_violation(const nghttp2_frame& frame, int error) {
  violation_ = nghttp2_strerror(error);
  Stream* stream = find(frame.hd.stream_id);
  if (stream == nullptr || stream->refusal) return;
  // A body that differs from its length is as if it were cut off; so is it in HTTP/1.1.
  if (frame.hd.type == NGHTTP2_HEADERS && !stream->has_head) {
    stream->refusal = {
        TransportError::malformed,
        {ErrorCode::malformed_response, fmt::format("the response is not HTTP/2: {}", violation_)}};
  }
}

void Http2Connection::note_own_frame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY) {
    // nghttp2 gives up the connection.
    const nghttp2_goaway& goaway = frame.goaway;
    violation_ = goaway.opaque_data_len > 0 ? text_of(goaway.opaque_data, goaway.opaque_data_len)
                                            : nghttp2_http2_strerror(goaway.error_code);
    return;
  }
  Stream* stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  stream->has_begun = true;
  stream->is_reset_here = frame.hd.type == NGHTTP2_RST_STREAM;
}

int Http2Connection::take_close(Stream& stream, std::uint32_t error) {
  TransportEnd close;
  close.when = now();
  if (stream.refusal) {
    close.error = stream.refusal->first;
    close.why = std::move(stream.refusal->second);
  } else if (!stream.has_begun) {
    // The server's GOAWAY came before the request had left.
    close.error = TransportError::reset;
    close.why = {ErrorCode::connection_reset, "the server takes no further request"};
    close.is_unprocessed = true;
  } else if (stream.has_head && stream.status >= 400) {
    // As in the transport of libcurl: some servers that refuse a request then reset the stream.
    close.error = TransportError::ok;
  } else if (stream.is_reset_here && stream.has_head) {
    close.error = TransportError::reset;
    close.why = {ErrorCode::connection_reset,
                 "the response contradicts its content-length or HTTP/2"};
  } else {
    const bool has_begun = stream.status != 0;
    close.error = TransportError::reset;
    close.why = {ErrorCode::connection_reset,
                 fmt::format("the server reset the stream {}: {}",
                             has_begun ? "before the response's end" : "without a response",
                             nghttp2_http2_strerror(error))};
    close.is_unprocessed = error == NGHTTP2_REFUSED_STREAM && !has_begun;
  }
  end(stream, std::move(close), false);
  return 0;
}

}  // namespace paceline::http::direct
