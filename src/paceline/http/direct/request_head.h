#pragma once

#include <memory>
#include <string>

#include <paceline/http/resolver.h>
#include <paceline/http/target.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline {

/// A request in HTTP/1.1 (RFC 9112) without TLS, but for its body.
struct RequestHead {
  std::shared_ptr<const Target> target;
  /// The host and its port: one connection does for all requests that have the same.
  std::string origin;
  /// The host's addresses where it needs no lookup, in the order in which to try them.
  Addresses addresses;
  /// The request line and headers, which stay the same while only the body changes. A post's ends
  /// before the number of its body's bytes.
  std::string text;
};

/// Fails with not_carried where the direct transport cannot carry the request.
Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers);

/// Keeps the last head that was made: most requests differ in their bodies only.
class RequestHeadCache {
 public:
  /// As request_head(); the same object as long as requests are the same but for their bodies.
  Result<std::shared_ptr<const RequestHead>> find(const Request& request,
                                                  const std::shared_ptr<const Target>& target);

 private:
  // What the last was made of.
  Method method_ = Method::get;
  std::shared_ptr<const HeaderList> headers_;
  std::shared_ptr<const RequestHead> last_;
};

}  // namespace paceline
