#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace paceline {

/// Whether a transfer failed because no TLS connection came about. `words` are libcurl's.
bool is_tls_failure(CURLcode code, std::string_view words);

/// Says what kept TLS from coming about, and the remedy. `verify_result` is libcurl's
/// CURLINFO_SSL_VERIFYRESULT: with OpenSSL, one of X509_V_ERR_*.
std::string explain_tls_failure(CURLcode code, long verify_result, std::string_view words);

}  // namespace paceline
