#include <curl/curl.h>
#include <paceline/http/libcurl.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace paceline::http {
namespace {

// The C library's calloc() does not use the thread's cache of blocks, which malloc() uses. libcurl
// calls calloc() several times per request.
void* allocate_zeroed(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  void* block = std::malloc(bytes);
  return block == nullptr ? nullptr : std::memset(block, 0, bytes);
}

}  // namespace

void init_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] {
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &std::free, &std::realloc, &strdup,
                         &allocate_zeroed);
  });
}

}  // namespace paceline::http
