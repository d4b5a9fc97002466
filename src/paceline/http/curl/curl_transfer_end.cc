// Turns the end of a transfer into paceline's errors.

#include <paceline/http/curl/curl_transport.h>

#include <fmt/format.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/unix_socket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

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

TransportError error_of(CURLcode code, std::string_view words, bool was_sent) {
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

std::string_view http_version_name(long version) {
  switch (version) {
    case CURL_HTTP_VERSION_1_0:
      return "HTTP/1.0";
    case CURL_HTTP_VERSION_1_1:
      return "HTTP/1.1";
    case CURL_HTTP_VERSION_2_0:
      return "HTTP/2";
    case CURL_HTTP_VERSION_3:
      return "HTTP/3";
    default:
      return {};
  }
}

/// libcurl before version 8 has other error codes for HTTP/2 streams that end early.
bool is_before_8() {
  static const bool is_before = curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
  return is_before;
}

/// Whether a GOAWAY excluded the request's stream. libcurl 8 has no error code for this case.
bool was_left_out(CURLcode code) {
  return code == CURLE_HTTP2 && is_before_8();
}

/// Whether an HTTP/2 connection was closed before the response began.
bool was_closed_unanswered(CURLcode code, std::string_view words) {
  if (!is_before_8()) return code == CURLE_HTTP2;
  return code == CURLE_PARTIAL_FILE &&
         words.find("before end of the underlying stream") != std::string_view::npos;
}

bool was_stream_reset(CURLcode code, std::string_view words) {
  return code == CURLE_HTTP2_STREAM ||
         (is_before_8() && code == CURLE_PARTIAL_FILE && words.empty());
}

/// libcurl's words as the beginning of a message; an abbreviation stays unchanged.
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

/// Whether the key of the client's certificate could not be used. libcurl 8.16 and later have no
/// code for that.
bool lacks_key(CURLcode code, std::string_view words) {
  return code == CURLE_SSL_CERTPROBLEM || (code == CURLE_BAD_FUNCTION_ARGUMENT &&
                                           words.find("private key") != std::string_view::npos);
}

}  // namespace

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

std::optional<ConnectTimes> CurlTransfer::connect_times() const {
  if (!has_opened_) return std::nullopt;
  const auto passed = [this](CURLINFO which) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy_.get(), which, &microseconds);
    return std::chrono::microseconds(microseconds);
  };
  const auto connected = passed(CURLINFO_CONNECT_TIME_T);
  if (connected.count() == 0) return std::nullopt;
  // libcurl knows the addresses. The request may have waited before its connection was opened.
  ConnectTimes times{.tcp = connected - passed(CURLINFO_NAMELOOKUP_TIME_T)};
  if (const auto secured = passed(CURLINFO_APPCONNECT_TIME_T); secured > connected) {
    times.tls = secured - connected;
  }
  return times;
}

void CurlTransfer::note_version() {
  Response& response = exchange_.response;
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  response.http_version = http_version_name(version);
  const bool is_http_2 = version == CURL_HTTP_VERSION_2_0;
  if (response.status == 0 || target_->scheme != "https" || is_http_2_ == is_http_2) return;
  is_http_2_ = is_http_2;
  curl_easy_setopt(easy_.get(), CURLOPT_PIPEWAIT, is_http_2 ? 1L : 0L);
  shared_.share.note_http_2(*target_, is_http_2);
}

TransportEnd CurlTransfer::finish(CURLcode code, std::optional<TimePoint> received,
                                  TimePoint read) {
  Response& response = exchange_.response;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &response.status);
  if (response.status != 0) response.headers = this;
  response.connect = connect_times();
  note_version();
  // A response that libcurl read while it sent another request has no timestamp, so a missing
  // timestamp proves nothing.
  if (received) has_receive_times_ = true;
  if (code != CURLE_OK || response.http_version != "HTTP/1.1") has_receive_times_ = false;
  TransportEnd end;
  end.when = received.value_or(read);
  if (header_bytes_ > most_header_bytes) {
    end.error = TransportError::malformed;
    end.why = {ErrorCode::malformed_response, "the response's headers are too long"};
  } else if (code == CURLE_OK && differs_in_length()) {
    end.error = TransportError::malformed;
    end.why = {ErrorCode::malformed_response, "the response has two Content-Length that differ"};
  } else if (code == CURLE_OK || is_early_response(code)) {
    end.error = TransportError::ok;
  } else if (const auto step = tls_step_of(code, why_.data())) {
    long verified = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verified);
    end.error = TransportError::tls_failed;
    const std::string_view words =
        authorities_error_.empty() ? std::string_view(why_.data()) : authorities_error_;
    end.why = tls_error({*step, verified, words, has_certificate()}, shared_.authorities);
  } else {
    end.error = error_of(code, why_.data(), was_sent());
    end.why = explain(code, end.error);
    end.is_unprocessed = is_unprocessed(code);
  }
  return end;
}

bool CurlTransfer::was_sent() const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

bool CurlTransfer::can_defer_read() const {
  return has_receive_times_ && !is_sending_ && !exchange_.request.is_streamed && was_sent();
}

// After REFUSED_STREAM libcurl itself sends the request again, but only five times over all
// requests of a handle. If a kept-alive connection closes, the server has most likely not seen the
// request. libcurl itself sends such a request again over HTTP/1 only.
bool CurlTransfer::is_unprocessed(CURLcode code) const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 0) return false;
  const std::string_view words = why_.data();
  const bool gave_up = words.find("Connection died, tried") != std::string_view::npos;
  const bool was_refused =
      code == CURLE_HTTP2_STREAM && words.find("REFUSED_STREAM") != std::string_view::npos;
  long connects = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connects);
  return gave_up || was_refused || was_left_out(code) ||
         (connects == 0 && was_closed_unanswered(code, words));
}

bool CurlTransfer::differs_in_length() const {
  curl_header* last = nullptr;
  if (curl_easy_header(easy_.get(), "content-length", 0, CURLH_HEADER, -1, &last) != CURLHE_OK ||
      last->amount == 1) {
    return false;
  }
  const std::string length = last->value;
  for (std::size_t i = 0; i < last->amount; ++i) {
    curl_header* other = nullptr;
    if (curl_easy_header(easy_.get(), "content-length", i, CURLH_HEADER, -1, &other) == CURLHE_OK &&
        length != other->value) {
      return true;
    }
  }
  return false;
}

// nginx resets the stream after a response that it sent before it had read the body. libcurl 7.88
// reports an error though the response is complete.
bool CurlTransfer::is_early_response(CURLcode code) const {
  const Response& response = exchange_.response;
  const bool lost_the_stream =
      code == CURLE_HTTP2_STREAM || code == CURLE_HTTP2 || code == CURLE_SEND_ERROR;
  return lost_the_stream && response.status >= 400 && response.http_version == "HTTP/2";
}

Error CurlTransfer::explain(CURLcode code, TransportError error) const {
  if (code == CURLE_COULDNT_CONNECT && open_error_ != 0) {
    return loop::fail_to_open(
               fmt::format("a connection to {} port {}", target_->host, target_->port), open_error_)
        .value();
  }
  if (error == TransportError::connect_failed && !shared_.options.unix_socket.empty()) {
    return explain_unix_socket();
  }
  return {code_of(code, error), words_on(code, error)};
}

Error CurlTransfer::explain_unix_socket() const {
  long error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
  // If connect() fails with EAGAIN, libcurl believes that the connection is in progress. Its next
  // check fails with ENOTCONN or without an errno.
  if (error == 0 || error == ENOTCONN) error = EAGAIN;
  return unix_connect_error(shared_.options.unix_socket, static_cast<int>(error));
}

std::string CurlTransfer::cannot_connect() const {
  long error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
  // With a proxy, libcurl's words name the host that failed.
  if (error == 0 || target_->proxy != nullptr) return in_lower_case(why_.data());
  return fmt::format("cannot connect to {} port {}: {}", target_->host, target_->port,
                     std::generic_category().message(static_cast<int>(error)));
}

std::string CurlTransfer::words_on(CURLcode code, TransportError error) const {
  const std::string_view words = why_.data();
  if (code == CURLE_OPERATION_TIMEDOUT) return in_lower_case(words);
  if (code == CURLE_COULDNT_CONNECT) return cannot_connect();
  // The server closed the connection before the request. Some servers that require a client
  // certificate do so.
  if (words.starts_with("getpeername() failed")) {
    const std::string_view guess = has_certificate() ? "; it may refuse the client certificate"
                                                     : "; it may ask for a client certificate";
    return fmt::format("the server closed the connection at once{}",
                       target_->scheme == "https" ? guess : "");
  }
  if (error == TransportError::reset) return explain_reset(code, words, exchange_.response.status);
  if (error != TransportError::malformed) {
    return in_lower_case(words.empty() ? curl_easy_strerror(code) : words);
  }
  // libcurl's error for a line of more than 100 kB.
  if (code == CURLE_OUT_OF_MEMORY) return "the response is not valid HTTP: a header is too long";
  return fmt::format("the response is not valid HTTP: {}",
                     words.empty() ? curl_easy_strerror(code) : words);
}

}  // namespace paceline::http::curl
