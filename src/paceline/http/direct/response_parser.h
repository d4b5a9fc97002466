#pragma once

#include <http_parser.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/http/direct/header_block.h>

namespace paceline::http::direct {

/// Parses one response in HTTP/1.1 or 1.0 from the bytes of a connection, in pieces of any size.
/// Skips interim responses (status 100 to 199).
class ResponseParser {
 public:
  enum class State {
    /// The response is incomplete.
    reading,
    /// The response is complete.
    whole,
    /// on_body returned false.
    refused,
    /// The response is not HTTP; see why().
    broken,
  };
  /// Called with each piece of the body, when status() is known. False ends the parsing.
  using OnBody = std::function<bool(std::string_view piece)>;

  ResponseParser() = default;
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Call before the first bytes of each response. The headers go to `headers`, which the parser
  /// uses until the end of the response.
  void begin(HeaderBlock& headers, OnBody on_body);
  State take(std::string_view bytes);
  /// Call when the connection has ended, which completes a response without a length.
  State end();

  long status() const { return parser_.status_code; }
  /// "HTTP/1.1" or "HTTP/1.0".
  std::string_view version() const;
  /// Whether another request may follow on the connection. Valid after a whole response.
  bool keeps_connection() const { return keeps_connection_; }
  /// Why a broken response is not HTTP.
  std::string why() const;

 private:
  static const http_parser_settings& settings();
  static ResponseParser& self(http_parser* parser) {
    return *static_cast<ResponseParser*>(parser->data);
  }
  bool is_interim() const { return parser_.status_code / 100 == 1; }
  /// Takes the length of the last header, if that was a Content-Length. http_parser would refuse a
  /// second Content-Length.
  void take_length();
  // http_parser's callbacks, with the values that it expects.
  int begin_message();
  int read_name(std::string_view piece);
  int read_value(std::string_view piece);
  int end_headers();
  int read_body(std::string_view piece);
  int end_message();

  OnBody on_body_;
  http_parser parser_{};
  State state_ = State::reading;
  bool keeps_connection_ = false;
  bool in_headers_ = false;
  bool in_value_ = false;
  /// The value of the last Content-Length so far.
  std::optional<std::uint64_t> length_;
  bool lengths_differ_ = false;
  /// nullptr before begin().
  HeaderBlock* headers_ = nullptr;
};

}  // namespace paceline::http::direct
