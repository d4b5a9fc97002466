#include <paceline/http/curl/curl_headers.h>

#include <new>

namespace paceline::http::curl {

CurlHeaders::CurlHeaders(const HeaderList* lines) {
  if (lines != nullptr) {
    for (const std::string& line : *lines) append(line.c_str());
  }
  // Suppresses "Expect: 100-continue". With it libcurl would wait before a body of more than a
  // megabyte, a whole second where the server does not answer.
  append("Expect:");
}

void CurlHeaders::append(const char* line) {
  curl_slist* longer = curl_slist_append(list_.get(), line);
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list_.release());
  list_.reset(longer);
}

std::shared_ptr<const CurlHeaders> CurlHeadersCache::find(
    const std::shared_ptr<const HeaderList>& lines) {
  if (!last_ || lines != lines_) {
    last_ = std::make_shared<const CurlHeaders>(lines.get());
    lines_ = lines;
  }
  return last_;
}

}  // namespace paceline::http::curl
