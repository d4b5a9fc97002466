#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace paceline {

/// Frees a CURLU handle.
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// A URL parsed by libcurl.
using Url = std::unique_ptr<CURLU, UrlCleanup>;

/// Empty where the URL has no such part. `flags` are CURLU_*.
std::string url_part(const Url& url, CURLUPart which, unsigned flags = 0);

}  // namespace paceline
