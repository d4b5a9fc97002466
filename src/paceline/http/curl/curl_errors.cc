#include <paceline/http/curl/curl_errors.h>

#include <fmt/format.h>

namespace paceline::http::curl {
namespace {

/// Whether the server violated HTTP. libcurl has no error code for these violations.
bool breaks_http(CURLcode code, std::string_view words) {
  if (code == CURLE_HTTP2) return words.find("unexpected data") != std::string_view::npos;
  if (code != CURLE_RECV_ERROR) return false;
  return words.find("chunk") != std::string_view::npos ||
         words.find("nghttp2_session_mem_recv() returned") != std::string_view::npos ||
         words.starts_with("Too large response headers");
}

/// libcurl before version 8 has other error codes for HTTP/2 streams that end early.
bool is_before_8() {
  static const bool is_before = curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
  return is_before;
}

bool was_stream_reset(CURLcode code, std::string_view words) {
  return code == CURLE_HTTP2_STREAM ||
         (is_before_8() && code == CURLE_PARTIAL_FILE && words.empty());
}

/// Whether the key of the client's certificate could not be used. libcurl 8.16 and later have no
/// code for that.
bool lacks_key(CURLcode code, std::string_view words) {
  return code == CURLE_SSL_CERTPROBLEM || (code == CURLE_BAD_FUNCTION_ARGUMENT &&
                                           words.find("private key") != std::string_view::npos);
}

}  // namespace

TransportError transport_error_of(CURLcode code, std::string_view words, bool was_sent) {
  if (breaks_http(code, words)) return TransportError::malformed;
  // A proxy refused to connect to the server.
  if (code == CURLE_RECV_ERROR && words.starts_with("CONNECT tunnel failed")) {
    return TransportError::connect_failed;
  }
  switch (code) {
    case CURLE_OK:
      return TransportError::ok;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return TransportError::connect_failed;
    case CURLE_OPERATION_TIMEDOUT:
      return TransportError::timed_out;
    case CURLE_WRITE_ERROR:
      return TransportError::too_large;
    case CURLE_URL_MALFORMAT:
      return TransportError::other;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return TransportError::reset;
    default:
      // After the request was sent, only the server's response can be wrong.
      return was_sent ? TransportError::malformed : TransportError::other;
  }
}

ErrorCode code_of(CURLcode code, TransportError error) {
  if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) {
    return ErrorCode::lookup_failed;
  }
  switch (error) {
    case TransportError::connect_failed:
      return ErrorCode::connect_failed;
    case TransportError::timed_out:
      return ErrorCode::timed_out;
    case TransportError::reset:
      return ErrorCode::connection_reset;
    case TransportError::malformed:
      return ErrorCode::malformed_response;
    default:
      return ErrorCode::request_failed;
  }
}

std::optional<TlsStep> tls_step_of(CURLcode code, std::string_view words) {
  if (lacks_key(code, words)) return TlsStep::client_certificate;
  switch (code) {
    case CURLE_SSL_CACERT_BADFILE:
      return TlsStep::authorities;
    case CURLE_PEER_FAILED_VERIFICATION:
      return TlsStep::verification;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return TlsStep::handshake;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return asks_for_certificate(words) ? std::optional(TlsStep::handshake) : std::nullopt;
    default:
      return std::nullopt;
  }
}

bool was_left_out(CURLcode code) {
  return code == CURLE_HTTP2 && is_before_8();
}

bool was_closed_unanswered(CURLcode code, std::string_view words) {
  if (!is_before_8()) return code == CURLE_HTTP2;
  return code == CURLE_PARTIAL_FILE &&
         words.find("before end of the underlying stream") != std::string_view::npos;
}

std::string in_lower_case(std::string_view words) {
  std::string text(words);
  const auto is_lower = [](char letter) { return letter >= 'a' && letter <= 'z'; };
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && is_lower(text[1])) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

std::string explain_reset(CURLcode code, std::string_view words, long status) {
  const std::string_view when = status == 0 ? "without a response" : "before the response's end";
  if (was_stream_reset(code, words)) {
    return fmt::format("the server reset the stream {}{}{}", when, words.empty() ? "" : ": ",
                       words);
  }
  if (code == CURLE_GOT_NOTHING || code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2) {
    return fmt::format("the server closed the connection {}", when);
  }
  for (const std::string_view failure : {"Recv failure: ", "Send failure: "}) {
    if (words.starts_with(failure)) words.remove_prefix(failure.size());
  }
  return fmt::format("the connection broke {}: {}", when,
                     words.empty() ? curl_easy_strerror(code) : words);
}

}  // namespace paceline::http::curl
