#pragma once

#include <endpoint/api_request.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace paceline::endpoint {

/// The headers that the endpoint needs before it reads a request's body. Values are kept as views,
/// which must stay valid as long as this object.
class ReceivedHead {
 public:
  /// Adds a header field.
  void add(std::string_view name, std::string_view value);

  /// The Authorization field.
  std::optional<std::string_view> authorization() const { return authorization_; }
  /// The client's x-request-id, if it consists of 1 to 128 letters, digits and characters of
  /// "-_.:/+=@", which can be sent back safely.
  std::optional<std::string_view> request_id() const { return request_id_; }
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
  std::optional<std::string_view> request_id_;
  std::optional<std::uint64_t> content_length_;
  unsigned transfer_encodings_ = 0;
  bool is_chunked_ = false;
  bool differs_ = false;
};

}  // namespace paceline::endpoint
