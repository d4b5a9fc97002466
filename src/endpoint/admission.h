#pragma once

#include <endpoint/api_request.h>
#include <endpoint/received_head.h>
#include <endpoint/request.h>
#include <paceline/endpoint.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline::endpoint {

/// Decides which requests and bodies the endpoint accepts: keys, framing, and the memory of bodies.
class Admission {
 public:
  explicit Admission(const EndpointOptions& options);

  /// Why the request's key is refused.
  std::optional<ApiError> key_error(std::string_view path, std::string_view method,
                                    const ReceivedHead& head) const;
  /// Why the request's body is refused before it is read. The connection ends with that refusal,
  /// since the start of the next request is unknown, or comes only after the whole body.
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
  std::optional<ApiError> size_error(std::uint64_t own_bytes, std::uint64_t new_bytes) const;

  bool requires_key_;
  /// The Authorization field that is required.
  std::string authorization_;
  std::size_t most_body_bytes_;
  std::size_t body_bytes_ = 0;
};

}  // namespace paceline::endpoint
