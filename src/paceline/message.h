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

/// The method of a request.
enum class Method { get, post };

/// Header lines ("Name: value"). Requests share a list, so make it once.
using HeaderList = std::vector<std::string>;

/// How a transport signs requests by AWS Signature Version 4. Requests share one, so make it once.
struct AwsSigning {
  /// The ID of the access key. The signature shows it.
  std::string access_key_id{};
  /// The secret of the access key.
  std::string secret{};
  /// Such as "us-east-1".
  std::string region{};
  /// Such as "bedrock".
  std::string service{};
};

/// The requested number of tokens of a response.
struct LengthAsked {
  /// The fewest tokens.
  std::uint64_t at_least = 0;
  /// The most tokens.
  std::uint64_t at_most = 0;
};

/// A request. A workload fills it in place, so that its buffers are reused.
struct Request {
  /// The method.
  Method method = Method::get;
  /// The URL, with its scheme. Empty: the request fails.
  std::string url;
  /// Headers besides those of the transport; nullptr: none.
  std::shared_ptr<const HeaderList> headers;
  /// nullptr: the request is not signed.
  std::shared_ptr<const AwsSigning> signing;
  /// The body; empty for GET.
  std::string body;
  /// Nothing if any length is accepted. Not sent.
  std::optional<LengthAsked> length_asked{};
  /// Length of the prefix that the prompt shares with other requests; 0: none. Not sent.
  std::uint64_t prefix_tokens = 0;
  /// The user's name for the request. Not sent.
  std::string name;
  /// Whether the body of a response 200 to 299 goes to a StreamReader piece by piece, and is not
  /// kept.
  bool is_streamed = false;
  /// Whether the body of a response 200 to 299 is kept for the workload. Otherwise only its length
  /// is counted.
  bool keeps_response = true;
  /// The part of the workload that made the request (Description::parts). Not sent.
  std::uint16_t part = 0;
  /// False for a request of a run's warm-up. The run sets the field after Workload::make(). Not
  /// sent.
  bool is_counted = true;
};

/// How a transport ended without a whole response.
enum class TransportError {
  ok,
  connect_failed,
  timed_out,
  reset,
  too_large,
  tls_failed,
  /// The response is not HTTP, or contradicts itself.
  malformed,
  /// The run ended the exchange on purpose (Cancellation).
  cancelled,
  other,
};

/// How long the parts of opening a connection took.
struct ConnectTimes {
  /// Looking up the host; 0 if the addresses were known.
  std::chrono::nanoseconds lookup{0};
  /// Connecting by TCP, or to a Unix socket.
  std::chrono::nanoseconds tcp{0};
  /// The TLS handshake; 0 without TLS.
  std::chrono::nanoseconds tls{0};

  /// The whole time.
  std::chrono::nanoseconds total() const { return lookup + tcp + tls; }
};

/// The headers of one response, in the memory of a transport.
class ResponseHeaders {
 public:
  virtual ~ResponseHeaders() = default;
  /// The first header of that name, compared without regard to case.
  virtual std::optional<std::string_view> find(const char* name) const = 0;
};

/// A response with its times. The time of a piece is the kernel's timestamp of its arrival, or else
/// the time when it had been read.
struct Response {
  /// How the exchange ended on its transport.
  TransportError error = TransportError::ok;
  /// The HTTP status; 0: no response.
  long status = 0;
  /// "HTTP/1.1", "HTTP/2", …; empty: no response.
  std::string_view http_version;
  /// The body, if the request keeps it or the status is not a success.
  std::string body;
  /// The header Location of a redirect, status 300 to 399; empty: none.
  std::string location;
  /// The code of the error, when `error` is not ok.
  ErrorCode error_code = ErrorCode::request_failed;
  /// The message of the error, when `error` is not ok.
  std::string error_text;
  /// When the request was sent, or began to wait for a connection.
  TimePoint sent;
  /// When the first piece of the body arrived; TimePoint::max() if none did.
  TimePoint first_byte;
  /// When the last byte so far arrived, or the exchange failed.
  TimePoint done;
  /// Set if the request waited for a new connection, so that its latency contains these times.
  std::optional<ConnectTimes> connect;
  /// Owned by the transport, and valid until the exchange is released; nullptr without a response.
  const ResponseHeaders* headers = nullptr;

  /// The first header of that name, compared without regard to case.
  std::optional<std::string_view> header(const char* name) const {
    return headers == nullptr ? std::nullopt : headers->find(name);
  }
};

}  // namespace paceline
