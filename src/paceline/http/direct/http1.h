#pragma once

#include <http_parser.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/connection.h>
#include <paceline/http/resolver.h>
#include <paceline/http/target.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline::http::direct {

/// A request in HTTP/1.1 (RFC 9112) without its body.
struct RequestHead {
  std::shared_ptr<const Target> target;
  /// Host and port. Requests with the same origin can share a connection.
  std::string origin;
  /// The host's addresses, in the order in which to try them, if the host needs no lookup.
  Addresses addresses;
  /// The request line and the headers. For a POST the text ends before the value of Content-Length,
  /// so that only that value depends on the body.
  std::string text;
};

/// Fails with not_carried if the direct transport cannot carry the request.
Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers, const ConnectionOptions& options = {});

/// Keeps the last head, because most requests differ only in their bodies.
class RequestHeadCache {
 public:
  explicit RequestHeadCache(const ConnectionOptions& options) : options_(options) {}
  /// Like request_head(). Returns the same object while requests differ only in their bodies.
  Result<std::shared_ptr<const RequestHead>> find(const Request& request,
                                                  const std::shared_ptr<const Target>& target);

 private:
  const ConnectionOptions& options_;
  // The request that the last head is for.
  Method method_ = Method::get;
  std::shared_ptr<const HeaderList> headers_;
  std::shared_ptr<const RequestHead> last_;
};

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

  /// Call before the first bytes of each response.
  void begin(OnBody on_body);
  State take(std::string_view bytes);
  /// Call when the connection has ended, which completes a response without a length.
  State end();

  long status() const { return parser_.status_code; }
  /// "HTTP/1.1" or "HTTP/1.0".
  std::string_view version() const;
  /// Whether another request may follow on the connection. Valid after a whole response.
  bool keeps_connection() const { return keeps_connection_; }
  /// The first header of that name, without regard to upper and lower case.
  std::optional<std::string_view> header(std::string_view name) const;
  /// Why a broken response is not HTTP.
  std::string why() const;

 private:
  /// The offsets of a header in text_.
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
  std::string text_;
  std::vector<Header> headers_;
};

}  // namespace paceline::http::direct
