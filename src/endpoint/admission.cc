#include <endpoint/admission.h>
#include <microhttpd.h>
#include <paceline/text/strings.h>

namespace paceline::endpoint {

Admission::Admission(const EndpointOptions& options)
    : requires_key_(!options.required_key.empty()),
      authorization_("Bearer " + options.required_key),
      most_body_bytes_(options.max_body_bytes) {}

std::optional<ApiError> Admission::key_error(std::string_view path, std::string_view method,
                                             const ReceivedHead& head) const {
  // Browsers send OPTIONS without a key.
  if (!requires_key_ || !path.starts_with("/v1/") || method == "OPTIONS") return std::nullopt;
  const auto given = head.authorization();
  if (!given) {
    return ApiError{
        MHD_HTTP_UNAUTHORIZED,
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."};
  }
  if (*given == authorization_) return std::nullopt;
  return ApiError{MHD_HTTP_UNAUTHORIZED, "Incorrect API key provided.", {}, "invalid_api_key"};
}

std::optional<ApiError> Admission::unread_body_error(std::string_view path, std::string_view method,
                                                     const ReceivedHead& head) const {
  if (!head.has_body()) return std::nullopt;
  if (auto error = head.framing_error()) return error;
  if (auto error = key_error(path, method, head)) return error;
  return size_error(0, head.content_length());
}

void Admission::take_body(std::string_view part, Request& request) {
  if (request.refusal) return;
  request.refusal = size_error(request.body.size(), part.size());
  if (request.refusal) return drop_body(request);
  request.body += part;
  body_bytes_ += part.size();
}

void Admission::drop_body(Request& request) {
  body_bytes_ -= request.body.size();
  request.body.clear();
  if (request.body.capacity() > longest_kept_buffer) text::release_memory(request.body);
}

// `new_bytes` more than the `own_bytes` that the request has already.
std::optional<ApiError> Admission::size_error(std::uint64_t own_bytes,
                                              std::uint64_t new_bytes) const {
  constexpr std::size_t longest_body = 16U << 20U;
  if (new_bytes > longest_body || own_bytes + new_bytes > longest_body) {
    return ApiError{MHD_HTTP_CONTENT_TOO_LARGE,
                    "The request body is longer than 16 MiB: send a shorter one."};
  }
  if (body_bytes_ + new_bytes > most_body_bytes_) {
    return ApiError{.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                    .message =
                        "The endpoint has no memory for further request bodies: send the request "
                        "again later.",
                    .type = "server_error"};
  }
  return std::nullopt;
}

}  // namespace paceline::endpoint
