#pragma once

#include <curl/curl.h>

#include <memory>

#include <paceline/connection.h>
#include <paceline/message.h>

namespace paceline::http::curl {

/// Header lines as a libcurl list.
class CurlHeaders {
 public:
  /// `is_signed`: libcurl signs the request with these headers.
  CurlHeaders(const HeaderList& lines, bool is_signed);
  curl_slist* raw() const { return list_.get(); }

 private:
  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  void append(const char* line);

  std::unique_ptr<curl_slist, Free> list_;
};

/// Keeps the last list, because most requests have the same headers.
class CurlHeadersCache {
 public:
  explicit CurlHeadersCache(const ConnectionOptions& options) : options_(options) {}
  std::shared_ptr<const CurlHeaders> find(const Request& request);

 private:
  const ConnectionOptions& options_;
  // The request that the last list is for.
  std::shared_ptr<const HeaderList> lines_;
  bool is_signed_ = false;
  std::shared_ptr<const CurlHeaders> last_;
};

}  // namespace paceline::http::curl
