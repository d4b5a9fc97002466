#pragma once

#include <memory>
#include <optional>
#include <string>

#include <paceline/http/message.h>
#include <paceline/http/route.h>

namespace paceline {

/// A request in plain HTTP/1.1 (RFC 9112) to a host that is spoken to without TLS.
struct PlainRequest {
  /// The host and its port: one connection does for all requests that have the same.
  std::string origin;
  /// The hosts that need a lookup before the connection can be made.
  Route route;
  /// The request line and headers, which stay the same while only the body changes. A post's ends
  /// before the number of its body's bytes.
  std::string head;
};

/// Nothing where more is needed: TLS, a user in the URL, a header line that changes how a request
/// is sent, or an error to be told of. libcurl does that.
std::optional<PlainRequest> plain_request(Method method, const std::string& url,
                                          const HeaderList* headers);

/// Keeps the last one that was made: most requests differ in their bodies only.
class PlainRequests {
 public:
  /// As plain_request(); the same object as long as requests are the same but for their bodies.
  std::shared_ptr<const PlainRequest> find(const Request& request);

 private:
  // What the last was made of.
  Method method_ = Method::get;
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  std::shared_ptr<const PlainRequest> last_;
};

}  // namespace paceline
