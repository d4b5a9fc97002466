#include <paceline/http/curl/curl_headers.h>
#include <paceline/http/transport.h>

#include <new>
#include <string>

namespace paceline::http::curl {

CurlHeaders::CurlHeaders(const HeaderList& lines, bool is_signed) {
  for (const std::string& line : lines) append(line.c_str());
  // libcurl 7.88 would sign an empty header Expect, which it does not send. Signed requests
  // therefore lack the next line.
  if (is_signed) return;
  // Suppresses "Expect: 100-continue". With this header, libcurl would wait before a body of more
  // than a megabyte, a whole second if the server does not answer.
  append("Expect:");
}

void CurlHeaders::append(const char* line) {
  curl_slist* longer = curl_slist_append(list_.get(), line);
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list_.release());
  list_.reset(longer);
}

std::shared_ptr<const CurlHeaders> CurlHeadersCache::find(const Request& request) {
  const bool is_signed = request.signing != nullptr;
  if (!last_ || request.headers != lines_ || is_signed != is_signed_) {
    last_ = std::make_shared<const CurlHeaders>(
        headers_with(request.headers.get(), options_, is_signed), is_signed);
    lines_ = request.headers;
    is_signed_ = is_signed;
  }
  return last_;
}

}  // namespace paceline::http::curl
