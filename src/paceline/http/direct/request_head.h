#pragma once

#include <memory>
#include <string>

#include <paceline/http/resolver.h>
#include <paceline/http/target.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline::http::direct {

/// A request in HTTP/1.1 (RFC 9112) without its body.
struct RequestHead {
  std::shared_ptr<const Target> target;
  /// Host and port. Requests with the same origin can share a connection.
  std::string origin;
  /// The host's addresses where the host needs no lookup, in the order in which to try them.
  Addresses addresses;
  /// The request line and the headers. For a POST the text ends before the value of Content-Length,
  /// so that only that value depends on the body.
  std::string text;
};

/// Fails with not_carried where the direct transport cannot carry the request.
Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers);

/// Keeps the last head, because most requests differ only in their bodies.
class RequestHeadCache {
 public:
  /// As request_head(). Returns the same object while requests differ only in their bodies.
  Result<std::shared_ptr<const RequestHead>> find(const Request& request,
                                                  const std::shared_ptr<const Target>& target);

 private:
  // The request that the last head is for.
  Method method_ = Method::get;
  std::shared_ptr<const HeaderList> headers_;
  std::shared_ptr<const RequestHead> last_;
};

}  // namespace paceline::http::direct
