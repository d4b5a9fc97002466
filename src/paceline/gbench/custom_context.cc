#include <paceline/gbench/custom_context.h>

#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <uv.h>

#include <paceline/version.h>
#include <paceline_version.h>

namespace paceline::gbench {

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"google_benchmark", std::string(benchmark_version)},
          {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
          {"libuv", uv_version_string()},
          {"simdjson", fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                                   static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
                                   static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION))}};
}

void add_custom_context(std::string_view hosts, std::string_view transport,
                        std::string_view precision) {
  benchmark::AddCustomContext("paceline", fmt::format("{} ({})", version(), revision));
  for (const auto& [library, its_version] : library_versions()) {
    benchmark::AddCustomContext(library, its_version);
  }
  benchmark::AddCustomContext("host", std::string(hosts));
  benchmark::AddCustomContext("transport", std::string(transport));
  benchmark::AddCustomContext("precision", std::string(precision));
}

void add_protocol_context(const std::string& url, const std::string& http_version) {
  benchmark::AddCustomContext("http", http_version);
  const bool encrypted = url.starts_with("https:");
  benchmark::AddCustomContext("tls",
                              encrypted ? curl_version_info(CURLVERSION_NOW)->ssl_version : "none");
}

}  // namespace paceline::gbench
