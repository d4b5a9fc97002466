#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/clock.h>
#include <paceline/error.h>

namespace paceline {

/// A request's method.
enum class Method { get, post };

/// Header lines ("Name: value"), made once for many requests.
using HeaderList = std::vector<std::string>;

/// What to send. A workload fills it in place, so that its buffers are used again.
struct Request {
  Method method = Method::get;
  std::string url;
  std::shared_ptr<const HeaderList> headers;
  std::string body;
  /// The most tokens that the response may have; 0: that is not known. Not sent.
  std::uint64_t response_tokens = 0;
  /// What the user calls it; not sent.
  std::string name;
  /// Whether a response of status 200 to 299 is handed on in pieces, as it comes, and not kept.
  bool is_streamed = false;
  /// Whether anybody reads a body of status 200 to 299. Otherwise it is only counted.
  bool keeps_response = true;
};

/// Why no whole response came.
enum class TransportError {
  ok,
  connect_failed,
  timed_out,
  reset,
  too_large,
  tls_failed,
  /// The response is not HTTP, or contradicts itself.
  malformed,
  other,
};

/// The headers of one response, as a transport holds them.
class ResponseHeaders {
 public:
  virtual ~ResponseHeaders() = default;
  /// The first header of that name, without regard to upper and lower case.
  virtual std::optional<std::string_view> find(const char* name) const = 0;
};

/// What came back, and when. Times are on paceline's clock. Where the kernel notes when bytes come
/// in, that is when they came; otherwise, when they had been read.
struct Response {
  TransportError error = TransportError::ok;
  long status = 0;
  /// "HTTP/1.1", "HTTP/2", …; empty where there was no response.
  std::string_view http_version;
  std::string body;
  /// Of the header of a redirect, status 300 to 399; empty where there is none.
  std::string location;
  /// What went wrong, when `error` is not ok: the code, and the facts for people.
  ErrorCode error_code = ErrorCode::request_failed;
  std::string error_text;
  TimePoint sent;
  /// When the first piece of the body that was read had come whole; TimePoint::max() where none
  /// came.
  TimePoint first_byte;
  /// When the last byte so far came, or the exchange failed.
  TimePoint done;
  /// Owned by the transport, until the exchange is released; nullptr where nothing came.
  const ResponseHeaders* headers = nullptr;

  std::optional<std::string_view> header(const char* name) const {
    return headers == nullptr ? std::nullopt : headers->find(name);
  }
};

}  // namespace paceline
