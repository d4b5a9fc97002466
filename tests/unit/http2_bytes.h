#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// Frames of HTTP/2 in bytes (RFC 9113), right and wrong ones.
namespace paceline::http::frames {

enum Type : std::uint8_t {
  data_type,
  headers_type,
  priority_type,
  reset_type,
  settings_type,
  promise_type,
  ping_type,
  goaway_type,
  window_type,
  continuation_type,
};

enum Flag : std::uint8_t { none = 0, end_stream = 1, ack = 1, end_headers = 4, padded = 8 };

enum Setting : std::uint16_t {
  header_table_size = 1,
  enable_push,
  most_streams,
  initial_window,
  most_frame_size,
};

/// The errors of RST_STREAM and GOAWAY.
enum Code : std::uint32_t {
  no_error,
  protocol_error,
  internal_error,
  flow_control_error,
  settings_timeout,
  stream_closed,
  frame_size_error,
  refused_stream,
  cancel,
  compression_error,
  connect_error,
  enhance_your_calm,
  inadequate_security,
  http_1_1_required,
  unknown_code,
};

inline std::string number(std::uint32_t value, int bytes = 4) {
  std::string text;
  for (int at = bytes - 1; at >= 0; --at) text += static_cast<char>(value >> (8 * at) & 0xFFU);
  return text;
}

inline std::string frame(int type, int flags, std::int32_t stream, std::string_view payload = {}) {
  std::string bytes = number(static_cast<std::uint32_t>(payload.size()), 3);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  bytes += number(static_cast<std::uint32_t>(stream));
  return bytes.append(payload);
}

inline std::string settings(
    std::initializer_list<std::pair<std::uint16_t, std::uint32_t>> values = {}) {
  std::string payload;
  for (const auto& [which, value] : values) payload += number(which, 2) + number(value);
  return frame(settings_type, none, 0, payload);
}

/// An integer of HPACK in the low bits of a byte with these high bits.
inline std::string prefixed(std::size_t value, unsigned bits, unsigned high) {
  const std::size_t most = (1U << bits) - 1;
  std::string bytes;
  if (value < most) return std::string(1, static_cast<char>(high | value));
  bytes += static_cast<char>(high | most);
  for (value -= most; value >= 128; value >>= 7U) bytes += static_cast<char>(value % 128 + 128);
  return bytes + static_cast<char>(value);
}

inline std::string hpack_text(std::string_view text) {
  return prefixed(text.size(), 7, 0).append(text);
}

/// A header that is not kept in the table.
inline std::string header(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + hpack_text(name) + hpack_text(value);
}

/// A header that becomes the newest of the table, which is number 62.
inline std::string kept_header(std::string_view name, std::string_view value) {
  return std::string(1, '\x40') + hpack_text(name) + hpack_text(value);
}
inline std::string indexed_header(std::size_t index) {
  return prefixed(index, 7, 0x80);
}

inline std::string status(int code) {
  return header(":status", std::to_string(code));
}

inline std::string headers(std::int32_t stream, std::string_view block, int flags = none) {
  return frame(headers_type, end_headers | flags, stream, block);
}
inline std::string data(std::int32_t stream, std::string_view body, int flags = none) {
  return frame(data_type, flags, stream, body);
}
/// A whole response.
inline std::string response(std::int32_t stream, std::string_view body = "ok", int code = 200) {
  return headers(stream, status(code)) + data(stream, body, end_stream);
}
inline std::string reset(std::int32_t stream, std::uint32_t code) {
  return frame(reset_type, none, stream, number(code));
}
inline std::string goaway(std::int32_t last_stream, std::uint32_t code = 0,
                          std::string_view words = {}) {
  return frame(goaway_type, none, 0,
               number(static_cast<std::uint32_t>(last_stream)) + number(code).append(words));
}
inline std::string window(std::int32_t stream, std::uint32_t more) {
  return frame(window_type, none, stream, number(more));
}
inline std::string ping() {
  return frame(ping_type, none, 0, "12345678");
}

}  // namespace paceline::http::frames
