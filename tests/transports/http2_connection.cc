#include "http2_connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

namespace paceline::http {
namespace {

std::string_view text_of(const uint8_t* text, std::size_t length) {
  return {reinterpret_cast<const char*>(text), length};
}

/// The result refers to `lines`.
std::vector<nghttp2_nv> pairs_of(const HeaderLines& lines) {
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  std::vector<nghttp2_nv> pairs;
  for (const auto& [name, value] : lines) {
    pairs.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return pairs;
}

HeaderLines with_status(int status, const HeaderLines& headers) {
  HeaderLines lines{{":status", std::to_string(status)}};
  lines.insert(lines.end(), headers.begin(), headers.end());
  return lines;
}

Http2Connection& connection(void* self) {
  return *static_cast<Http2Connection*>(self);
}

bool begins_request(const nghttp2_frame* frame) {
  return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

}  // namespace

Http2Connection::Http2Connection(ByteStream& stream) : stream_(stream) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_option* options = nullptr;
  nghttp2_option_new(&options);
  // By default, nghttp2 refuses to send trailers as long as those of some scripts.
  nghttp2_option_set_max_send_header_block_length(options, 4U << 20U);
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new2(&session, callbacks, this, options);
  session_.reset(session);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry most_streams{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100};
  EXPECT_EQ(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, &most_streams, 1), 0);
}

int Http2Connection::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  if (begins_request(frame)) connection(self).streams_[frame->hd.stream_id] = {};
  return 0;
}

int Http2Connection::on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                               std::size_t name_length, const uint8_t* value,
                               std::size_t value_length, uint8_t, void* self) {
  if (!begins_request(frame)) return 0;
  HeardRequest& request = connection(self).streams_[frame->hd.stream_id].request;
  const std::string key(text_of(name, name_length));
  const std::string text(text_of(value, value_length));
  if (key == ":method") {
    request.method = text;
  } else if (key == ":path") {
    request.path = text;
  } else {
    request.headers.emplace_back(key, text);
  }
  return 0;
}

int Http2Connection::on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  Http2Connection& it = connection(self);
  const int32_t stream = frame->hd.stream_id;
  if (begins_request(frame)) it.heads_.push_back(stream);
  const bool carries = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
  if (carries && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) it.whole_.push_back(stream);
  return 0;
}

int Http2Connection::on_data(nghttp2_session*, uint8_t, int32_t stream, const uint8_t* data,
                             std::size_t length, void* self) {
  connection(self).streams_[stream].request.body.append(text_of(data, length));
  return 0;
}

int Http2Connection::on_close(nghttp2_session*, int32_t stream, uint32_t, void* self) {
  connection(self).streams_[stream].is_closed = true;
  return 0;
}

ssize_t Http2Connection::read_body(nghttp2_session* session, int32_t id, uint8_t* into,
                                   std::size_t room, uint32_t* flags, nghttp2_data_source*,
                                   void* self) {
  Stream& stream = connection(self).streams_[id];
  const std::size_t size = std::min(room, stream.body.size() - stream.sent);
  std::memcpy(into, stream.body.data() + stream.sent, size);
  stream.sent += size;
  const bool is_all = stream.sent == stream.body.size();
  if (is_all && stream.ends) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!stream.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const std::vector<nghttp2_nv> trailers = pairs_of(stream.trailers);
      EXPECT_EQ(nghttp2_submit_trailer(session, id, trailers.data(), trailers.size()), 0);
    }
  } else if (size == 0) {
    return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<ssize_t>(size);
}

std::optional<HeardRequest> Http2Connection::hear() {
  return hear_from(whole_);
}

std::optional<HeardRequest> Http2Connection::hear_head() {
  return hear_from(heads_);
}

std::optional<HeardRequest> Http2Connection::hear_from(std::deque<int32_t>& heard) {
  while (heard.empty()) {
    if (!exchange_frames()) return std::nullopt;
  }
  current_ = heard.front();
  heard.pop_front();
  return current().request;
}

void Http2Connection::play(const ResponseScript& script) {
  for (const ResponseScript::Interim& interim : script.interim) {
    const HeaderLines lines = with_status(interim.status, interim.headers);
    const std::vector<nghttp2_nv> pairs = pairs_of(lines);
    EXPECT_GE(nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, current_, nullptr,
                                     pairs.data(), pairs.size(), nullptr),
              0);
  }
  if (script.status != 0) play_response(script);
  pause(script.pause_before_end);
  if (!current().is_closed) end(script.end);
}

void Http2Connection::play_response(const ResponseScript& script) {
  submit_head(script);
  // END_STREAM is on the last piece, or on the head of a response without a body.
  const bool ends_at_once =
      script.end == ResponseEnd::whole && script.pause_before_end.count() == 0;
  std::size_t left = script.body.size();
  current().ends = ends_at_once && left == 0;
  for (const ResponseScript::Piece& piece : script.body) {
    pause(piece.pause);
    if (current().is_closed || is_gone_) return;
    current().body += piece.bytes;
    current().ends = ends_at_once && --left == 0;
    send_body();
  }
}

void Http2Connection::submit_head(const ResponseScript& script) {
  HeaderLines lines = with_status(script.status, script.headers);
  if (script.has_length) {
    lines.emplace_back("content-length",
                       std::to_string(script.length.value_or(script.body_size())));
  }
  current().trailers = script.trailers;
  const std::vector<nghttp2_nv> pairs = pairs_of(lines);
  nghttp2_data_provider body{};
  body.read_callback = read_body;
  EXPECT_EQ(nghttp2_submit_response(session_.get(), current_, pairs.data(), pairs.size(), &body),
            0);
}

void Http2Connection::send_body() {
  nghttp2_session_resume_data(session_.get(), current_);
  send_frames();
  while (current().sent < current().body.size() && !current().is_closed) {
    if (!exchange_frames()) return;
  }
}

void Http2Connection::end(ResponseEnd end) {
  switch (end) {
    case ResponseEnd::whole:
      current().ends = true;
      send_body();
      break;
    case ResponseEnd::closed:
      send_frames();
      stream_.close();
      break;
    case ResponseEnd::reset:
      nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, current_,
                                NGHTTP2_INTERNAL_ERROR);
      send_frames();
      break;
    case ResponseEnd::held:
      send_frames();
      break;
  }
}

void Http2Connection::wait_for_cancel() {
  while (!current().is_closed && exchange_frames()) {
  }
}

void Http2Connection::pause(std::chrono::milliseconds time) {
  const TimePoint until = Clock::now() + time;
  while (time.count() > 0 && Clock::now() < until && exchange_frames(until)) {
  }
}

void Http2Connection::close() {
  if (current_ == 0 || current().is_closed) go_away(current_);
  send_frames();
  stream_.close();
}

void Http2Connection::go_away(int32_t last_stream) {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last_stream, NGHTTP2_NO_ERROR, nullptr,
                        0);
  send_frames();
}

bool Http2Connection::exchange_frames(TimePoint until) {
  send_frames();
  std::array<char, 65'536> buffer;
  const std::optional<std::size_t> length = stream_.read(buffer, until);
  if (!length) return false;
  const auto* data = reinterpret_cast<const uint8_t*>(buffer.data());
  is_gone_ = *length == 0 || nghttp2_session_mem_recv(session_.get(), data, *length) < 0;
  if (is_gone_) return false;
  send_frames();
  return true;
}

void Http2Connection::send_frames() {
  const uint8_t* data = nullptr;
  while (true) {
    const ssize_t length = nghttp2_session_mem_send(session_.get(), &data);
    if (length <= 0 || !stream_.write(text_of(data, static_cast<std::size_t>(length)))) return;
  }
}

}  // namespace paceline::http
