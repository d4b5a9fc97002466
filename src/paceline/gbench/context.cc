#include <paceline/gbench/context.h>

#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <uv.h>

#include <utility>
#include <vector>

#include <paceline/http/url.h>
#include <paceline_version.h>

namespace paceline {

namespace {

/// A library's name and version, as results and --version tell them.
using Versions = std::vector<std::pair<std::string, std::string>>;

Versions library_versions() {
  return {{"google_benchmark", std::string(benchmark_version)},
          {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
          {"libuv", uv_version_string()},
          {"simdjson", fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                                   static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
                                   static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION))}};
}

}  // namespace

void add_context(const Options& options, const std::string& hosts) {
  benchmark::AddCustomContext("paceline", fmt::format("{} ({})", version, revision));
  for (const auto& [library, its_version] : library_versions()) {
    benchmark::AddCustomContext(library, its_version);
  }
  benchmark::AddCustomContext("host", hosts);
  benchmark::AddCustomContext("transport", std::string(name_of(options.transport)));
  benchmark::AddCustomContext("precision", name_of(options.precision));
}

std::string version_text(std::string_view program) {
  std::string text = fmt::format("{} {} ({})\n", program, version, revision);
  for (const auto& [library, its_version] : library_versions()) {
    text += fmt::format("{} {}\n", library, its_version);
  }
  return text + fmt::format("{}\n", curl_version_info(CURLVERSION_NOW)->ssl_version);
}

void add_protocol_context(const std::string& url, const std::string& http_version) {
  benchmark::AddCustomContext("http", http_version);
  const bool encrypted = url.starts_with("https:");
  benchmark::AddCustomContext("tls",
                              encrypted ? curl_version_info(CURLVERSION_NOW)->ssl_version : "none");
}

}  // namespace paceline
