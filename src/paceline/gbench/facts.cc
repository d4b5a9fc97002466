#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/gbench/facts.h>
#include <paceline/version.h>
#include <paceline_version.h>
#include <simdjson.h>
#include <uv.h>
#include <nlohmann/json.hpp>

namespace paceline::gbench {

void Facts::add(const std::string& name, const std::string& value) {
  benchmark::AddCustomContext(name, value);
  values_.emplace(name, value);
}

std::string Facts::get(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second;
}

std::string Facts::json() const {
  constexpr auto repair = nlohmann::json::error_handler_t::replace;
  return nlohmann::json(values_).dump(-1, ' ', false, repair);
}

void Facts::add_program(std::string_view hosts, std::string_view transport,
                        std::string_view precision) {
  add("paceline", fmt::format("{} ({})", version(), revision));
  for (const auto& [library, its_version] : library_versions()) add(library, its_version);
  add("host", std::string(hosts));
  add("transport", std::string(transport));
  add("precision", std::string(precision));
}

void Facts::add_flags(const std::string& flags, const std::string& benchmark_flags) {
  if (!flags.empty()) add("paceline_flags", flags);
  if (!benchmark_flags.empty()) add("benchmark_flags", benchmark_flags);
}

void Facts::add_protocol(const std::string& url, const std::string& http_version,
                         const std::string& authorities) {
  if (values_.contains("http")) return;
  add("http", http_version);
  const bool encrypted = url.starts_with("https:");
  add("tls", encrypted ? curl_version_info(CURLVERSION_NOW)->ssl_version : "none");
  if (encrypted) add("tls_authorities", authorities);
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"google_benchmark", std::string(benchmark_version)},
          {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
          {"libuv", uv_version_string()},
          {"simdjson", fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                                   static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
                                   static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION))}};
}

}  // namespace paceline::gbench
