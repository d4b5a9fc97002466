#include <curl/curl.h>
#include <paceline/http/libcurl.h>

#include <mutex>

namespace paceline::http {

void init_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace paceline::http
