#pragma once

#include <memory>
#include <string>
#include <vector>

#include <paceline/connection.h>
#include <paceline/http/resolver.h>
#include <paceline/http/target.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline::http::direct {

/// A header of HTTP/2: a name in lower case, and a value.
struct HeaderField {
  std::string name;
  std::string value;
};

/// A request without its body, in HTTP/1.1 (RFC 9112) and in HTTP/2 (RFC 9113).
struct RequestHead {
  std::shared_ptr<const Target> target;
  /// Scheme, host and port. Requests with the same origin can share a connection.
  std::string origin;
  /// The host's addresses, in the order in which to try them, if the host needs no lookup.
  Addresses addresses;
  /// In HTTP/1.1. For a POST the text ends before the value of Content-Length, so that only that
  /// value depends on the body.
  std::string text;
  /// In HTTP/2, without the content-length of a POST.
  std::vector<HeaderField> fields;

  bool is_tls() const { return target->scheme == "https"; }
};

/// Fails with not_carried if the direct transport cannot carry the request.
Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers, const ConnectionOptions& options = {});

/// Keeps the last head, because most requests differ only in their bodies.
class RequestHeadCache {
 public:
  explicit RequestHeadCache(const ConnectionOptions& options) : options_(options) {}
  /// Like request_head(). Returns the same object while requests differ only in their bodies.
  Result<std::shared_ptr<const RequestHead>> find(const Request& request,
                                                  const std::shared_ptr<const Target>& target);

 private:
  const ConnectionOptions& options_;
  // The request that the last head is for.
  Method method_ = Method::get;
  std::shared_ptr<const HeaderList> headers_;
  std::shared_ptr<const RequestHead> last_;
};

}  // namespace paceline::http::direct
