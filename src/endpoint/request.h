#pragma once

#include <endpoint/api_request.h>
#include <endpoint/broken_body.h>
#include <endpoint/capacity.h>
#include <endpoint/generation.h>
#include <endpoint/generation_format.h>
#include <endpoint/received_head.h>
#include <endpoint/token_stream.h>
#include <microhttpd.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::endpoint {

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
  /// Of a streamed response; otherwise null.
  const GenerationFormat* format = nullptr;
  TokenStream stream;
  BrokenBody broken_body;
  /// Sends a body that libmicrohttpd asks for piece by piece.
  BodySender* body_sender = nullptr;
};

/// A longer buffer is not kept for reuse, so that one long body does not occupy memory for ever.
inline constexpr std::size_t longest_kept_buffer = 64U << 10U;

/// Keeps requests for reuse together with the memory of their buffers. A request allocates only
/// while more requests are in use than ever before.
class RequestPool {
 public:
  /// A request as a new one is.
  std::unique_ptr<Request> take();
  /// Deletes a request whose buffers are long instead of keeping their memory.
  void give_back(std::unique_ptr<Request> request) noexcept;

 private:
  std::vector<std::unique_ptr<Request>> idle_;
  std::size_t count_ = 0;
};

}  // namespace paceline::endpoint
