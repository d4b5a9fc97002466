#pragma once

#include <curl/curl.h>

#include <optional>
#include <string>
#include <string_view>

#include <paceline/error.h>
#include <paceline/http/tls_errors.h>
#include <paceline/http/transport.h>

namespace paceline::http::curl {

// What the end of a transfer means. `code` is libcurl's, and `words` are those that libcurl wrote
// about the error, which may be empty.

/// The error of a transfer that failed outside TLS. `was_sent`: as CurlTransfer::was_sent().
TransportError transport_error_of(CURLcode code, std::string_view words, bool was_sent);

/// The code of the same error for users.
ErrorCode code_of(CURLcode code, TransportError error);

/// The step at which a transfer failed because no TLS connection could be made; nothing: the
/// transfer failed for another reason.
std::optional<TlsStep> tls_step_of(CURLcode code, std::string_view words);

/// Whether a GOAWAY excluded the request's stream. libcurl 8 has no error code for this case.
bool was_left_out(CURLcode code);

/// Whether the server closed an HTTP/2 connection before the response began.
bool was_closed_unanswered(CURLcode code, std::string_view words);

/// libcurl's words with a lower-case first letter. A first word in capitals, such as SSL, stays.
std::string in_lower_case(std::string_view words);

/// The message for TransportError::reset. `status`: of the response; 0: none has begun.
std::string explain_reset(CURLcode code, std::string_view words, long status);

}  // namespace paceline::http::curl
