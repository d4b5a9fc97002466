#pragma once

#include <optional>
#include <string>

#include <paceline/http/message.h>

namespace paceline {

/// A request in plain HTTP/1.1 (RFC 9112) to a host that is spoken to without TLS.
struct PlainRequest {
  /// The host and its port: one connection does for all requests that have the same.
  std::string origin;
  /// The request line and headers, which stay the same while only the body changes. A post's ends
  /// before the number of its body's bytes.
  std::string head;
};

/// Nothing where more is needed: TLS, a user in the URL, a header line that changes how a request
/// is sent, or an error to be told of. libcurl does that.
std::optional<PlainRequest> plain_request(Method method, const std::string& url,
                                          const HeaderList* headers);

}  // namespace paceline
