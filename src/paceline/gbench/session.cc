#include <paceline/gbench/session.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

namespace paceline {
namespace {

EndpointOptions endpoint_options(const Options& options) {
  EndpointOptions endpoint;
  endpoint.latency = options.endpoint_latency_p99.count() > 0
                         ? LatencyModel::lognormal(options.endpoint_latency,
                                                   options.endpoint_latency_p99, options.seed)
                         : LatencyModel::fixed(options.endpoint_latency);
  endpoint.reply_tokens = options.endpoint_reply_tokens;
  return endpoint;
}

}  // namespace

Session& Session::global() {
  static Session session;
  return session;
}

std::string Session::open(const Options& options) {
  options_ = options;
  api_.url = options.url;
  while (api_.url.ends_with('/')) api_.url.pop_back();
  if (options.url.empty()) {
    auto started = Endpoint::start(endpoint_options(options));
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

void Session::fail(const std::string& sentence) {
  std::fprintf(stderr, "paceline: %s\n", sentence.c_str());
  failed_ = true;
}

}  // namespace paceline
