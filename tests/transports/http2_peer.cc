#include "http2_peer.h"

#include <array>

namespace paceline::http {
namespace {

constexpr std::size_t preface_size = 24;
constexpr std::size_t frame_head = 9;

std::uint32_t number_in(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

std::optional<Http2Peer::Frame> Http2Peer::take() {
  if (!has_preface_) {
    if (bytes_.size() < preface_size) return std::nullopt;
    has_preface_ = true;
    bytes_.erase(0, preface_size);
  }
  if (bytes_.size() < frame_head) return std::nullopt;
  const std::string_view head = std::string_view(bytes_).substr(0, frame_head);
  const std::size_t length = number_in(head.substr(0, 3));
  if (bytes_.size() < frame_head + length) return std::nullopt;
  Frame frame{.type = head[3],
              .flags = head[4],
              .stream = static_cast<std::int32_t>(number_in(head.substr(5))),
              .payload = bytes_.substr(frame_head, length)};
  bytes_.erase(0, frame_head + length);
  ++count[frame.type];
  const std::string_view payload = frame.payload;
  if (frame.type == frames::reset_type) errors[frame.stream] = number_in(payload);
  if (frame.type == frames::goaway_type) errors[0] = number_in(payload.substr(4, 4));
  if (frame.type == frames::headers_type) heads_.push_back(frame.stream);
  if (frame.ends_stream()) whole_.push_back(frame.stream);
  if (frame.type == frames::settings_type && (frame.flags & frames::ack) == 0) {
    send(frames::frame(frames::settings_type, frames::ack, 0));
  }
  return frame;
}

std::optional<Http2Peer::Frame> Http2Peer::next(TimePoint until) {
  while (true) {
    if (auto frame = take()) return frame;
    std::array<char, 65'536> buffer;
    const std::optional<std::size_t> length = stream_.read(buffer, until);
    if (length.value_or(0) == 0) return std::nullopt;
    bytes_.append(buffer.data(), *length);
  }
}

std::optional<Http2Peer::Frame> Http2Peer::wait_for(int type, std::int32_t stream) {
  while (auto frame = next()) {
    if (frame->type == type && (stream == 0 || frame->stream == stream)) return frame;
  }
  return std::nullopt;
}

std::int32_t Http2Peer::hear_from(std::deque<std::int32_t>& heard) {
  while (heard.empty()) {
    if (!next()) return 0;
  }
  const std::int32_t stream = heard.front();
  heard.pop_front();
  return stream;
}

void Http2Peer::listen(std::chrono::milliseconds time) {
  const TimePoint until = Clock::now() + time;
  while (next(until)) {
  }
}

}  // namespace paceline::http
