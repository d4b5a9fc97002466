#include <paceline/gbench/session.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

#include <paceline/gbench/context.h>

namespace paceline {
Session& Session::global() {
  static Session session;
  return session;
}

std::string Session::open(const Options& options) {
  options_ = options;
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
}

void Session::note_protocol(const std::string& url, const std::string& http_version) {
  if (std::exchange(protocol_noted_, true)) return;
  add_protocol_context(url, http_version);
}

void Session::fail(const std::string& sentence) {
  std::fprintf(stderr, "paceline: %s\n", sentence.c_str());
  failed_ = true;
}

}  // namespace paceline
