// How a transfer ended, in paceline's words.

#include <fmt/format.h>
#include <paceline/http/exchange.h>
#include <paceline/http/tls_errors.h>
#include <paceline/http/transfer.h>

#include <string>
#include <string_view>

namespace paceline {
namespace {

Transport transport_of(CURLcode code, std::string_view words, bool was_sent) {
  // libcurl has no codes for these.
  if (code == CURLE_RECV_ERROR && (words.find("chunk") != std::string_view::npos ||
                                   words.starts_with("Too large response headers"))) {
    return Transport::malformed;
  }
  // Of a proxy, before there is a connection to the server.
  if (code == CURLE_RECV_ERROR && words.starts_with("CONNECT tunnel failed")) {
    return Transport::connect_failed;
  }
  switch (code) {
    case CURLE_OK:
      return Transport::ok;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Transport::connect_failed;
    case CURLE_OPERATION_TIMEDOUT:
      return Transport::timed_out;
    case CURLE_WRITE_ERROR:
      return Transport::too_large;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Transport::reset;
    default:
      // After the request only the server's reply can be at fault.
      return was_sent ? Transport::malformed : Transport::other;
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

}  // namespace

void Transfer::finish(CURLcode code, TimePoint ended) {
  Reply& reply = exchange_.reply;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  reply.http_version = http_version_name(version);
  if (code == CURLE_OK && differs_in_length()) {
    exchange_.fail(Transport::malformed, "the reply has two Content-Length that differ", ended);
  } else if (code == CURLE_OK || is_early_response(code)) {
    exchange_.finish(ended);
  } else if (is_tls_failure(code, why_.data())) {
    long verified = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verified);
    exchange_.fail(Transport::tls_failed, explain_tls_failure(code, verified, why_.data()), ended);
  } else {
    const Transport transport = transport_of(code, why_.data(), was_sent());
    exchange_.fail(transport, explain(code, transport), ended);
  }
}

bool Transfer::was_sent() const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

// After REFUSED_STREAM libcurl sends again by itself, but counts five times over all requests of a
// handle. After GOAWAY 7.88 gives up and calls it a framing error, for the streams behind it only.
bool Transfer::was_refused(CURLcode code) const {
  const std::string_view words = why_.data();
  const bool gave_up = words.find("Connection died, tried") != std::string_view::npos;
  const bool refused =
      code == CURLE_HTTP2_STREAM && words.find("REFUSED_STREAM") != std::string_view::npos;
  if (code != CURLE_HTTP2 && !gave_up && !refused) return false;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status == 0;
}

bool Transfer::differs_in_length() const {
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

// nginx refuses a request before it has read the body, then resets the stream; libcurl 7.88 calls
// that an error, though the response has come.
bool Transfer::is_early_response(CURLcode code) const {
  const Reply& reply = exchange_.reply;
  const bool lost_the_stream =
      code == CURLE_HTTP2_STREAM || code == CURLE_HTTP2 || code == CURLE_SEND_ERROR;
  return lost_the_stream && reply.status >= 400 && reply.http_version == "HTTP/2";
}

std::string Transfer::explain(CURLcode code, Transport transport) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return why_.data();
  // A server that hangs up before the request, as some do that want a client certificate.
  const std::string_view words = why_.data();
  if (words.starts_with("getpeername() failed")) {
    return fmt::format("the server closed the connection at once{}",
                       url_.starts_with("https:") ? "; it may ask for a client certificate" : "");
  }
  if (transport != Transport::malformed) {
    return words.empty() ? curl_easy_strerror(code) : std::string(words);
  }
  // So libcurl calls a line of more than 100 kB.
  if (code == CURLE_OUT_OF_MEMORY) return "the reply is not valid HTTP: a header is too long";
  return fmt::format("the reply is not valid HTTP: {}",
                     words.empty() ? curl_easy_strerror(code) : words);
}

}  // namespace paceline
