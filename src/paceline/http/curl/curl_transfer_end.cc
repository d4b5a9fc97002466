// Ends a transfer: reads the times and the version, and decides what the end means.

#include <paceline/http/curl/curl_transport.h>

#include <fmt/format.h>
#include <paceline/http/curl/curl_errors.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/tls_errors.h>
#include <paceline/http/unix_socket.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace paceline::http::curl {
namespace {

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

}  // namespace

std::optional<ConnectTimes> CurlTransfer::connect_times() const {
  if (opened_ == CURL_SOCKET_BAD) return std::nullopt;
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
  set_http_2(is_http_2);
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
  if (received && is_before_request(*received)) received.reset();
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
    end.error = transport_error_of(code, why_.data(), was_sent());
    end.why = explain(code, end.error);
    end.is_unprocessed = is_unprocessed(code);
  }
  return end;
}

bool CurlTransfer::is_connecting() const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &microseconds);
  return opened_ != CURL_SOCKET_BAD && microseconds == 0;
}

bool CurlTransfer::is_before_request(TimePoint time) const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return time < started_ + std::chrono::microseconds(microseconds);
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

std::optional<std::string_view> CurlTransfer::find(const char* name) const {
  constexpr unsigned all = CURLH_HEADER | CURLH_TRAILER;
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, all, -1, &found) != CURLHE_OK) return std::nullopt;
  // libcurl 7.88 marks trailers of HTTP/2 as headers, so count the trailers here. Headers are
  // first.
  const auto trailers = std::count_if(
      trailers_.begin(), trailers_.end(),
      [name](const std::string& trailer) { return text::equals_ignoring_case(trailer, name); });
  if (found->amount <= static_cast<std::size_t>(trailers)) return std::nullopt;
  return std::string_view(found->value);
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
  if (code == CURLE_COULDNT_CONNECT && open_error_) return *open_error_;
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
  return fmt::format("cannot connect to {} port {}{}: {}", target_->host, target_->port,
                     words_of(source_), std::generic_category().message(static_cast<int>(error)));
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
