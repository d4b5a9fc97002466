#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/gbench/context.h>
#include <paceline/gbench/measure.h>
#include <paceline/http/authorities.h>
#include <paceline/version.h>
#include <paceline_version.h>
#include <simdjson.h>
#include <uv.h>

#include <algorithm>
#include <cassert>
#include <random>
#include <utility>

namespace paceline::gbench {

void VerdictLines::add(const std::string& row, Bound bound, const std::string& words) {
  auto place = std::find_if(rows_.begin(), rows_.end(), [&row](const Row& known) {
    return known.name == row && !known.found.empty();
  });
  if (place == rows_.end()) place = rows_.insert(place, {row, {}});
  const auto same = std::find_if(place->found.begin(), place->found.end(),
                                 [bound](const Found& known) { return known.bound == bound; });
  if (same == place->found.end()) {
    place->found.push_back({bound, words, 1});
  } else {
    ++same->times;
  }
}

void VerdictLines::add(const std::string& line) {
  rows_.push_back({line, {}});
}

std::vector<std::string> VerdictLines::lines() const {
  std::vector<std::string> lines;
  lines.reserve(rows_.size());
  for (const Row& row : rows_) lines.push_back(line_of(row));
  return lines;
}

std::string VerdictLines::line_of(const Row& row) {
  if (row.found.empty()) return row.name;
  int repetitions = 0;
  for (const Found& found : row.found) repetitions += found.times;
  std::vector<Found> sorted = row.found;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Found& one, const Found& other) { return one.times > other.times; });
  std::string line = row.name + ": ";
  for (const Found& found : sorted) {
    if (&found != &sorted.front()) line += "; ";
    line += fmt::format("{}: {}", name_of(found.bound), found.words);
    if (sorted.size() > 1) {
      line += fmt::format(" ({} of {} repetitions)", found.times, repetitions);
    } else if (repetitions > 1) {
      line += fmt::format(" ({} repetitions)", repetitions);
    }
  }
  return line;
}

namespace {

// Read in signal handlers.
std::atomic<Context*> the_context{nullptr};
static_assert(std::atomic<Context*>::is_always_lock_free);

std::uint64_t random_salt() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

}  // namespace

Context::Context(ContextSettings settings)
    : settings_(std::move(settings)), console_(settings_.gate), salt_(random_salt()) {
  assert(the_context == nullptr);
  the_context = this;
}

Context::~Context() {
  the_context = nullptr;
}

Context* Context::current() {
  return the_context;
}

std::vector<Api> Context::apis() const {
  if (settings_.urls.empty()) return {settings_.api};
  std::vector<Api> apis;
  for (const std::string& url : settings_.urls) {
    apis.push_back(settings_.api);
    apis.back().url = url;
  }
  return apis;
}

run::RunPlan Context::plan(const Description& workload) const {
  run::RunPlan plan(settings_.run);
  plan.resolver = settings_.resolver;
  plan.gate = settings_.gate;
  plan.groups = make_groups(settings_.by, workload, settings_.embedded_url, gate());
  return plan;
}

log::LoggedRun Context::logged_job(const Workload& workload) const {
  log::LoggedRun job =
      paceline::gbench::logged_job(workload.describe(), settings_.api.url, settings_.embedded_url);
  for (std::string* text : {&job.name, &job.workload, &job.model, &job.host, &job.url}) {
    *text = gate().without_secrets(*text);
  }
  for (log::LoggedPart& part : job.parts) {
    part = {gate().without_secrets(part.model), gate().without_secrets(part.url)};
  }
  return job;
}

Result<run::RunLog> Context::begin_log(const log::LoggedRun& run) {
  if (!settings_.log) return run::RunLog{};
  const auto number = settings_.log->begin_run(run);
  if (!number) return tl::unexpected(number.error());
  return run::RunLog{settings_.log.get(), *number, settings_.log_responses, !run.parts.empty()};
}

void Context::note_protocol(const std::string& url, const std::string& http_version) {
  if (std::exchange(is_protocol_noted_, true)) return;
  const http::Authorities authorities = http::authorities_of(settings_.run.connection);
  add_protocol_context(url, http_version, gate().shown(authorities.text()));
}

std::string Context::sentence(const Error& error) const {
  return settings_.sentence ? settings_.sentence(error) : error.message;
}

void Context::warn(const Error& error) const {
  console_.warn(sentence(error));
}

void Context::fail(const Error& error) {
  warn(error);
  failed_ = true;
}

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

void add_flags_context(const std::string& flags, const std::string& benchmark_flags) {
  if (!flags.empty()) benchmark::AddCustomContext("paceline_flags", flags);
  if (!benchmark_flags.empty()) benchmark::AddCustomContext("benchmark_flags", benchmark_flags);
}

void add_protocol_context(const std::string& url, const std::string& http_version,
                          const std::string& authorities) {
  benchmark::AddCustomContext("http", http_version);
  const bool encrypted = url.starts_with("https:");
  benchmark::AddCustomContext("tls",
                              encrypted ? curl_version_info(CURLVERSION_NOW)->ssl_version : "none");
  if (encrypted) benchmark::AddCustomContext("tls_authorities", authorities);
}

}  // namespace paceline::gbench
