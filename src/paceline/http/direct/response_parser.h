#pragma once

#include <http_parser.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Reads one response in HTTP/1.1 or 1.0 from the bytes of a connection, however they are cut. What
/// comes before the response proper (status 100 to 199) is passed over.
class ResponseParser {
 public:
  enum class State {
    /// The response goes on.
    reading,
    /// It has ended.
    whole,
    /// on_body did not want its piece.
    refused,
    /// This is not HTTP; why() says more.
    broken,
  };
  /// Called with each piece of the body, when status() is known. False ends the reading.
  using OnBody = std::function<bool(std::string_view piece)>;

  ResponseParser() = default;
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Before the first bytes of each response.
  void begin(OnBody on_body);
  State take(std::string_view bytes);
  /// The connection has ended: so has a response that did not say how long it is.
  State end();

  long status() const { return parser_.status_code; }
  /// "HTTP/1.1" or "HTTP/1.0".
  std::string_view version() const;
  /// Whether another request may follow on the connection; after a whole response.
  bool keeps_connection() const { return keeps_connection_; }
  /// The first header of that name, without regard to upper and lower case.
  std::optional<std::string_view> header(std::string_view name) const;
  /// What is wrong with a broken one.
  std::string why() const;

 private:
  /// Where in text_ a header is.
  struct Header {
    std::size_t name;
    std::size_t value;
    std::size_t end;
  };

  static const http_parser_settings& settings();
  static ResponseParser& self(http_parser* parser) {
    return *static_cast<ResponseParser*>(parser->data);
  }
  bool is_interim() const { return parser_.status_code / 100 == 1; }
  /// Takes the length that the last header told, where it was a Content-Length. http_parser would
  /// refuse another one after it.
  void take_length();
  // What http_parser calls, with what it wants back.
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
  std::string text_;
  std::vector<Header> headers_;
};

}  // namespace paceline
