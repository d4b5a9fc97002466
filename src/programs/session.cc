#include <programs/session.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>
#include <variant>

#include <paceline/gbench/context.h>
#include <paceline/gbench/logged_job.h>
#include <paceline/http/url.h>
#include <paceline/text/write.h>

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

void Session::learn_secrets(const std::vector<std::string>& arguments) {
  gate_->add_proxies_of_environment();
  for (const std::string& argument : arguments) {
    if (argument.find("://") != std::string::npos) gate_->add_userinfo_of(argument);
  }
}

std::string Session::open(const Options& options, bool needs_api) {
  options_ = options;
  resolver_ = Resolver::make(options.dns_ttl);
  api_.url = options.url;
  if (std::string why = read_key(); !why.empty()) return why;
  if (std::string why = open_log(); !why.empty()) return why;
  return needs_api && api_.url.empty() ? start_endpoint() : std::string();
}

std::string Session::open_log() {
  if (options_.log_file.empty()) return {};
  auto opened = RequestLog::open(options_.log_file);
  if (auto* why = std::get_if<std::string>(&opened)) return std::move(*why);
  log_ = std::move(std::get<std::unique_ptr<RequestLog>>(opened));
  return {};
}

std::string Session::read_key() {
  const char* key = std::getenv(options_.api_key_env.c_str());
  if (key == nullptr) return {};
  gate_->add_secret(key);
  // The embedded endpoint demands no key.
  if (!options_.url.empty()) api_.key = key;
  const auto is_control = [](char letter) { return static_cast<unsigned char>(letter) < ' '; };
  if (std::any_of(api_.key.begin(), api_.key.end(), is_control)) {
    return "the key in " + options_.api_key_env +
           " has a line break or another control character: set it without";
  }
  return {};
}

std::string Session::start_endpoint() {
  auto endpoint = endpoint_options(options_.endpoint, endpoint_prefix, options_.seed);
  if (const auto* why = std::get_if<std::string>(&endpoint)) return *why;
  auto started = Endpoint::start(std::move(std::get<EndpointOptions>(endpoint)));
  if (const auto* why = std::get_if<std::string>(&started)) return *why;
  endpoint_ = std::move(std::get<std::unique_ptr<Endpoint>>(started));
  api_.url = endpoint_->url();
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

LoggedRun Session::logged_job(const Workload& workload) const {
  LoggedRun job =
      paceline::logged_job(workload.describe(), api_.url, endpoint_ ? endpoint_->url() : "");
  for (std::string* text : {&job.name, &job.workload, &job.model, &job.host, &job.url}) {
    *text = gate_->without_secrets(*text);
  }
  return job;
}

std::variant<RunLog, std::string> Session::begin_log(const LoggedRun& run) {
  if (!log_) return RunLog{};
  auto begun = log_->begin_run(run);
  if (auto* why = std::get_if<std::string>(&begun)) return std::move(*why);
  return RunLog{log_.get(), std::get<std::int64_t>(begun), options_.log_responses};
}

void Session::note_protocol(const std::string& url, const std::string& http_version) {
  if (std::exchange(protocol_noted_, true)) return;
  add_protocol_context(url, http_version);
}

void Session::say(const std::string& line) const {
  // A stderr that is gone has nobody to tell.
  static_cast<void>(write_text(stderr, gate_->shown(line) + '\n'));
}

void Session::warn(const std::string& sentence) const {
  say("paceline: " + sentence);
}

void Session::fail(const std::string& sentence) {
  warn(sentence);
  failed_ = true;
}

}  // namespace paceline
