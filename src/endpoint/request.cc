#include <endpoint/request.h>
#include <microhttpd.h>
#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace paceline::endpoint {
namespace {

constexpr unsigned not_implemented = 501;

bool needs_key(std::string_view path) {
  return path.starts_with("/v1/") || path.starts_with("/v2/") || path == "/rerank";
}

// The value is a list of codings, such as "deflate, gzip;q=0.5".
bool names_gzip(std::string_view value) {
  for (std::size_t begin = 0; begin <= value.size();) {
    const auto end = std::min(value.find(',', begin), value.size());
    const auto coding = value.substr(begin, end - begin);
    const auto semicolon = std::min(coding.find(';'), coding.size());
    if (text::equals_ignoring_case(text::without_spaces(coding.substr(0, semicolon)), "gzip")) {
      // A weight without a digit from 1 to 9 is 0.
      const auto weight = coding.substr(semicolon);
      return weight.empty() || weight.find_first_of("123456789") != std::string_view::npos;
    }
    begin = end + 1;
  }
  return false;
}

bool is_harmless_in_id(char c) {
  constexpr std::string_view marks = "-_.:/+=@";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         marks.find(c) != std::string_view::npos;
}

bool is_harmless_id(std::string_view id) {
  constexpr std::size_t longest = 128;
  return !id.empty() && id.size() <= longest &&
         std::all_of(id.begin(), id.end(), is_harmless_in_id);
}

}  // namespace

void ReceivedHead::add(std::string_view name, std::string_view value) {
  if (text::equals_ignoring_case(name, "Content-Length")) {
    add_length(value);
  } else if (text::equals_ignoring_case(name, "Transfer-Encoding")) {
    ++transfer_encodings_;
    is_chunked_ = text::equals_ignoring_case(text::without_spaces(value), "chunked");
  } else if (text::equals_ignoring_case(name, "Authorization")) {
    if (!authorization_) authorization_ = value;
  } else if (text::equals_ignoring_case(name, "x-api-key") ||
             text::equals_ignoring_case(name, "api-key")) {
    if (!api_key_) api_key_ = value;
  } else if (text::equals_ignoring_case(name, "Accept-Encoding")) {
    accepts_gzip_ = accepts_gzip_ || names_gzip(value);
  } else if (text::equals_ignoring_case(name, "x-request-id")) {
    if (!request_id_ && is_harmless_id(value)) request_id_ = value;
  } else if (text::equals_ignoring_case(name, "X-Session-ID")) {
    if (!session_) session_ = value;
  }
}

// The field may be a list, for example because a proxy has joined two fields.
void ReceivedHead::add_length(std::string_view value) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t begin = 0; begin <= value.size();) {
    const auto end = std::min(value.find(',', begin), value.size());
    const auto text = text::without_spaces(value.substr(begin, end - begin));
    const auto length = text::parse_number<std::uint64_t>(text, 0, most);
    differs_ = differs_ || !length || content_length_.value_or(*length) != *length;
    content_length_ = length.value_or(0);
    begin = end + 1;
  }
}

std::optional<ApiError> ReceivedHead::framing_error() const {
  if (differs_) {
    return ApiError{bad_request,
                    "The request has Content-Length fields that differ or are not numbers: send "
                    "one."};
  }
  if (transfer_encodings_ == 0) return std::nullopt;
  if (content_length_) {
    return ApiError{bad_request,
                    "The request has both Content-Length and Transfer-Encoding: send one of them."};
  }
  if (!is_chunked_ || transfer_encodings_ > 1) {
    return ApiError{
        not_implemented,
        "The endpoint supports no Transfer-Encoding except chunked: send the body with a "
        "Content-Length, or chunked."};
  }
  return std::nullopt;
}

std::unique_ptr<Request> RequestPool::take() {
  if (idle_.empty()) {
    idle_.reserve(++count_);
    return std::make_unique<Request>();
  }
  std::unique_ptr<Request> request = std::move(idle_.back());
  idle_.pop_back();
  return request;
}

void RequestPool::give_back(std::unique_ptr<Request> request) noexcept {
  const std::size_t longest =
      std::max({request->body.capacity(), request->response_body.capacity(), request->stream.kept(),
                request->generation.json.capacity(), request->compressed.capacity()});
  if (longest > longest_kept_buffer) {
    --count_;
    return;
  }
  request->body.clear();
  request->head = {};
  request->refusal.reset();
  request->has_gone = false;
  request->fault.reset();
  request->response.reset();
  request->is_generated = false;
  request->format = nullptr;
  request->generation.echoes.clear();
  request->gzip.reset();
  request->compressed_left = {};
  request->is_compressed = false;
  // take() has reserved the place, so this does not throw.
  idle_.push_back(std::move(request));
}

Admission::Admission(const EndpointOptions& options)
    : key_(options.required_key), most_body_bytes_(options.max_body_bytes) {}

std::optional<ApiError> Admission::key_error(std::string_view path, std::string_view method,
                                             const ReceivedHead& head) const {
  // Browsers send OPTIONS without a key.
  if (key_.empty() || !needs_key(path) || method == "OPTIONS") return std::nullopt;
  if (!head.authorization() && !head.api_key()) {
    return ApiError{
        MHD_HTTP_UNAUTHORIZED,
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."};
  }
  if (has_right_key(head)) return std::nullopt;
  return ApiError{MHD_HTTP_UNAUTHORIZED, "Incorrect API key provided.", {}, "invalid_api_key"};
}

bool Admission::has_right_key(const ReceivedHead& head) const {
  constexpr std::string_view scheme = "Bearer ";
  const auto authorization = head.authorization().value_or(std::string_view());
  return head.api_key() == key_ ||
         (authorization.starts_with(scheme) && authorization.substr(scheme.size()) == key_);
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

// The request has `own_bytes` already, and needs `new_bytes` more.
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
