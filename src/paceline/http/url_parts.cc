#include <paceline/http/url_parts.h>

namespace paceline {

std::string url_part(const Url& url, CURLUPart which, unsigned flags) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(url.get(), which, &text, flags);
  // libcurl 7.88 gives a text with some errors too, such as a host that is no name.
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return code == CURLUE_OK ? text : std::string();
}

}  // namespace paceline
