#include <paceline/gbench/session.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>
#include <variant>

#include <paceline/gbench/context.h>

namespace paceline {
namespace {

std::uint64_t random_salt() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

}  // namespace

Session& Session::global() {
  static Session session;
  return session;
}

Session::Session() : salt_(random_salt()) {}

std::string Session::open(const Options& options) {
  options_ = options;
  resolver_ = Resolver::make(options.dns_ttl);
  if (!options.log_file.empty()) {
    auto opened = RequestLog::open(options.log_file);
    if (auto* why = std::get_if<std::string>(&opened)) return std::move(*why);
    log_ = std::move(std::get<std::unique_ptr<RequestLog>>(opened));
  }
  api_.url = options.url;
  while (api_.url.ends_with('/')) api_.url.pop_back();
  if (options.url.empty()) {
    auto endpoint = endpoint_options(options.endpoint, endpoint_prefix, options.seed);
    if (const auto* why = std::get_if<std::string>(&endpoint)) return *why;
    auto started = Endpoint::start(std::move(std::get<EndpointOptions>(endpoint)));
    if (const auto* why = std::get_if<std::string>(&started)) return *why;
    endpoint_ = std::move(std::get<std::unique_ptr<Endpoint>>(started));
    api_.url = endpoint_->url();
    return {};
  }
  if (const char* key = std::getenv(options.api_key_env.c_str())) api_.key = key;
  if (api_.key.find_first_of("\r\n") != std::string::npos) {
    return "the key in " + options.api_key_env + " has a line break: set it without";
  }
  return {};
}

void Session::close() {
  endpoint_.reset();
  if (!log_) return;
  if (const auto trouble = log_->close()) fail(*trouble);
  log_.reset();
}

std::uint64_t Session::next_salt() {
  return ++salt_;
}

std::variant<RunLog, std::string> Session::begin_log(LoggedRun run) {
  if (!log_) return RunLog{};
  run.host = host_of(api_.url);
  auto begun = log_->begin_run(run);
  if (auto* why = std::get_if<std::string>(&begun)) return std::move(*why);
  return RunLog{log_.get(), std::get<std::int64_t>(begun), options_.log_replies};
}

void Session::note_protocol(const std::string& url, const std::string& http_version) {
  if (std::exchange(protocol_noted_, true)) return;
  add_protocol_context(url, http_version);
}

void Session::fail(const std::string& sentence) {
  warn(sentence);
  failed_ = true;
}

void Session::warn(const std::string& sentence) {
  std::fprintf(stderr, "paceline: %s\n", sentence.c_str());
}

}  // namespace paceline
