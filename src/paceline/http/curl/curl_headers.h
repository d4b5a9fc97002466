#pragma once

#include <curl/curl.h>

#include <memory>

#include <paceline/message.h>

namespace paceline::http::curl {

/// Header lines in libcurl's list.
class CurlHeaders {
 public:
  explicit CurlHeaders(const HeaderList* lines);
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
  std::shared_ptr<const CurlHeaders> find(const std::shared_ptr<const HeaderList>& lines);

 private:
  std::shared_ptr<const HeaderList> lines_;
  std::shared_ptr<const CurlHeaders> last_;
};

}  // namespace paceline::http::curl
