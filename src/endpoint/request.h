#pragma once

#include <microhttpd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <endpoint/gzip.h>
#include <endpoint/limits.h>
#include <endpoint/response_body.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>

namespace paceline::endpoint {

/// The headers that the endpoint needs before it reads a request's body. Values are kept as views,
/// which must stay valid as long as this object.
class ReceivedHead {
 public:
  /// Adds a header field.
  void add(std::string_view name, std::string_view value);

  /// The Authorization field.
  std::optional<std::string_view> authorization() const { return authorization_; }
  /// The first x-api-key or api-key field, as clients of Anthropic and Azure send their keys.
  std::optional<std::string_view> api_key() const { return api_key_; }
  /// The client's x-request-id, if it consists of 1 to 128 letters, digits and characters of
  /// "-_.:/+=@", which can be sent back safely.
  std::optional<std::string_view> request_id() const { return request_id_; }
  /// The X-Session-ID field.
  std::optional<std::string_view> session() const { return session_; }
  /// Whether Accept-Encoding names gzip, and not with the weight 0.
  bool accepts_gzip() const { return accepts_gzip_; }
  /// The value of Content-Length; 0 without the field.
  std::uint64_t content_length() const { return content_length_.value_or(0); }
  bool has_body() const { return transfer_encodings_ > 0 || content_length() > 0 || differs_; }

  /// Why the end of this request is unknown: lengths that differ, a length beside a transfer
  /// coding, or a coding other than "chunked" (RFC 9112, section 6.3). Close the connection after
  /// this error.
  std::optional<ApiError> framing_error() const;

 private:
  void add_length(std::string_view value);

  std::optional<std::string_view> authorization_;
  std::optional<std::string_view> api_key_;
  std::optional<std::string_view> request_id_;
  std::optional<std::string_view> session_;
  std::optional<std::uint64_t> content_length_;
  unsigned transfer_encodings_ = 0;
  bool is_chunked_ = false;
  bool accepts_gzip_ = false;
  bool differs_ = false;
};

class BodySender;
struct Client;
struct Request;

struct DestroyResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
/// Owns a reference to a response of libmicrohttpd.
using ResponsePtr = std::unique_ptr<MHD_Response, DestroyResponse>;

/// Requests in the order of their due times.
using DueQueue = std::multimap<TimePoint, Request*>;

/// A request from its headers to the end of its response. libmicrohttpd holds it meanwhile;
/// RequestHandler owns it before and after.
struct Request {
  MHD_Connection* connection = nullptr;
  Client* client = nullptr;
  TimePoint arrived;
  ReceivedHead head;
  /// The response's x-request-id.
  std::string id;
  std::string body;
  /// The form of this request's errors.
  ErrorForm error_form = ErrorForm::openai;
  /// Why the body is not kept.
  std::optional<ApiError> refusal;
  /// Place in the endpoint's record.
  std::size_t record_place = 0;

  /// When the response is due, or the next part of a stream.
  TimePoint due;
  std::chrono::nanoseconds first_token_time{0};
  Capacity<Request>::Place capacity_place;
  /// Set while HeldRequests holds the request.
  std::optional<DueQueue::iterator> held_place;
  /// Whether the client has closed the connection while the request was held.
  bool has_gone = false;

  std::optional<Fault> fault;
  bool has_broken_body() const { return fault && BrokenBody::is_broken_by(*fault); }
  unsigned status = 0;
  ResponsePtr response;
  /// The body of a response that is not streamed. Lies in this request or in the server.
  std::string_view whole_body;
  std::string response_body;
  Generation generation;
  /// Whether the tokens of `generation` count as generated.
  bool is_generated = false;
  /// The format of a streamed response; otherwise nullptr.
  const GenerationFormat* format = nullptr;
  TokenStream stream;
  BrokenBody broken_body;
  /// Compresses a stream; null if it is not compressed, or ended.
  std::unique_ptr<GzipStream> gzip;
  /// The compressed response, or the part of a stream that was compressed last.
  std::string compressed;
  /// The part of `compressed` that is not sent yet, of a stream.
  std::string_view compressed_left;
  bool is_compressed = false;
  /// Sends a body that libmicrohttpd requests piece by piece.
  BodySender* body_sender = nullptr;
};

/// Longer buffers are not kept for reuse, so that one long body does not occupy memory forever.
inline constexpr std::size_t longest_kept_buffer = 64U << 10U;

/// Keeps requests for reuse together with the memory of their buffers. A request allocates only
/// while more requests are in use than ever before.
class RequestPool {
 public:
  /// Returns a request in the state of a new one.
  std::unique_ptr<Request> take();
  /// Keeps the request for reuse, or deletes it if its buffers are long.
  void give_back(std::unique_ptr<Request> request) noexcept;

 private:
  std::vector<std::unique_ptr<Request>> idle_;
  std::size_t count_ = 0;
};

/// Decides which requests and bodies the endpoint accepts: keys, framing, and the memory of bodies.
class Admission {
 public:
  explicit Admission(const EndpointOptions& options);

  /// Why the request's key is refused. The key may be in any of the fields `Authorization: Bearer
  /// KEY`, `x-api-key: KEY` and `api-key: KEY`.
  std::optional<ApiError> key_error(std::string_view path, std::string_view method,
                                    const ReceivedHead& head) const;
  /// Why the request's body is refused before it is read. The refusal ends the connection, since
  /// the start of the next request is unknown or lies behind the whole body.
  std::optional<ApiError> unread_body_error(std::string_view path, std::string_view method,
                                            const ReceivedHead& head) const;

  /// Appends a part of the request's body. If there is no room for it, drops the body and sets
  /// `request.refusal`; further parts have no effect.
  void take_body(std::string_view part, Request& request);
  /// Frees the memory of the request's body.
  void drop_body(Request& request);
  /// Bytes of all bodies in memory.
  std::size_t body_bytes() const { return body_bytes_; }

 private:
  bool has_right_key(const ReceivedHead& head) const;
  std::optional<ApiError> size_error(std::uint64_t own_bytes, std::uint64_t new_bytes) const;

  /// The required key; empty: none.
  std::string key_;
  std::size_t most_body_bytes_;
  std::size_t body_bytes_ = 0;
};

}  // namespace paceline::endpoint
