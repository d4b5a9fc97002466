#pragma once

#include <openssl/ssl.h>

namespace paceline::http::curl {

/// Lets the TLS sessions that libcurl takes from this context be resumed after their connection has
/// closed.
void keep_sessions(SSL_CTX* context);

}  // namespace paceline::http::curl
