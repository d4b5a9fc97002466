#pragma once

#include <curl/curl.h>

#include <string_view>

#include <paceline/error.h>

namespace paceline::http::curl {

/// Whether a transfer failed because no TLS connection could be made. `words` are libcurl's.
bool is_tls_failure(CURLcode code, std::string_view words);

/// Why there is no TLS connection. `verify_result` is libcurl's CURLINFO_SSL_VERIFYRESULT: with
/// OpenSSL, one of X509_V_ERR_*. `words` are added to the message.
Error tls_error(CURLcode code, long verify_result, std::string_view words);

}  // namespace paceline::http::curl
