#include <paceline/gbench/context.h>

#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <uv.h>

#include <paceline/http/url.h>
#include <paceline_version.h>

namespace paceline {

void add_context(const Options& options, const std::string& api_url) {
  benchmark::AddCustomContext("paceline", fmt::format("{} ({})", version, revision));
  benchmark::AddCustomContext("google_benchmark", std::string(benchmark_version));
  benchmark::AddCustomContext("libcurl", curl_version_info(CURLVERSION_NOW)->version);
  benchmark::AddCustomContext("libuv", uv_version_string());
  benchmark::AddCustomContext(
      "simdjson", fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                              static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
                              static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION)));
  benchmark::AddCustomContext("host", host_of(api_url));
  benchmark::AddCustomContext("precision", name_of(options.precision));
}

void add_protocol_context(const std::string& url, const std::string& http_version) {
  benchmark::AddCustomContext("http", http_version);
  const bool encrypted = url.starts_with("https:");
  benchmark::AddCustomContext("tls",
                              encrypted ? curl_version_info(CURLVERSION_NOW)->ssl_version : "none");
}

}  // namespace paceline
