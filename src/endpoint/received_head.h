#pragma once

#include <endpoint/api_request.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace paceline::endpoint {

/// What the endpoint needs to know of a request before it reads the body. Add each header field
/// once; the values live as long as the request.
class ReceivedHead {
 public:
  void add(std::string_view name, std::string_view value);

  /// The Authorization field; nothing without one.
  std::optional<std::string_view> authorization() const { return authorization_; }
  /// The client's x-request-id, if it can be sent back as it is: 1 to 128 letters, digits and
  /// marks of "-_.:/+=@".
  std::optional<std::string_view> request_id() const { return request_id_; }
  /// The body's length where Content-Length tells it; 0 without a body.
  std::uint64_t content_length() const { return content_length_.value_or(0); }
  bool has_body() const { return transfer_encodings_ > 0 || content_length() > 0 || differs_; }

  /// Why nobody can say where this request ends. RFC 9112, section 6.3: lengths that differ, a
  /// length beside a transfer coding, or a coding other than "chunked". After that error the
  /// connection must be closed.
  std::optional<ApiError> framing_error() const;

 private:
  void add_length(std::string_view value);

  std::optional<std::string_view> authorization_;
  std::optional<std::string_view> request_id_;
  std::optional<std::uint64_t> content_length_;
  unsigned transfer_encodings_ = 0;
  bool is_chunked_ = false;
  bool differs_ = false;
};

}  // namespace paceline::endpoint
