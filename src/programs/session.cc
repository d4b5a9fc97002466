#include <programs/session.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/http/resolver.h>
#include <paceline/http/source_addresses.h>
#include <paceline/log/rank_file.h>
#include <paceline/text/console.h>
#include <paceline/text/strings.h>
#include <programs/agreement.h>
#include <programs/flags.h>
#include <programs/progress/progress_display.h>
#include <programs/progress/rank_progress.h>
#include <programs/remedy.h>

namespace paceline::programs {
namespace {

/// Options of every run; rate, parallel and requests are set for each run.
RunOptions run_options_of(const Options& options) {
  RunOptions run;
  run.warmup = options.warmup;
  run.arrivals = options.arrivals;
  run.seed = options.seed;
  run.precision = options.precision;
  run.tpm = options.tpm;
  run.retries = options.retries;
  run.max_backoff = options.max_backoff;
  run.objective = options.objective;
  run.cancellation = options.cancellation;
  run.connection = options.connection;
  run.connection.timeout = std::chrono::ceil<std::chrono::milliseconds>(options.timeout);
  return run;
}

run::ProgressSinkFactory progress_of(progress::ProgressMode mode, run::Ranks& ranks) {
  if (ranks.index() > 0) {
    return [&ranks](const run::ShownRun& run) {
      return std::make_shared<progress::RankProgress>(ranks, run.parts - (ranks.count() - 1));
    };
  }
  return [mode](run::ShownRun run) {
    return progress::ProgressDisplay::start(mode, STDERR_FILENO, std::move(run));
  };
}

/// The sources of this process's connections. Of several processes, each uses those that are on its
/// machine.
Result<std::vector<std::string>> interfaces_of(const ConnectionOptions& connection,
                                               const run::Ranks& ranks) {
  std::vector<std::string> interfaces = connection.interfaces;
  if (!interfaces.empty() && !connection.unix_socket.empty()) {
    return fail(
        ErrorCode::invalid_value,
        "--paceline_interface has no effect with --paceline_unix_socket; leave out one of them");
  }
  if (ranks.count() > 1) {
    std::erase_if(interfaces, [](const auto& name) { return !http::check_interfaces({name}); });
    if (interfaces.empty()) interfaces = connection.interfaces;
  }
  if (auto checked = http::check_interfaces(interfaces); !checked) {
    return tl::unexpected(std::move(checked.error()));
  }
  return interfaces;
}

}  // namespace

Result<void> Session::open(const Options& options, bool needs_api) {
  Api api{.auth = options.auth, .aws_scope = options.aws_scope, .body_patch = options.body_patch};
  if (!options.urls.empty()) api.url = options.urls.front();
  const bool needs_endpoint = needs_api && api.url.empty();
  if (auto opened = agree(*ranks_, open_alone(options, needs_endpoint, api)); !opened) {
    return opened;
  }
  // mpirun passes variables on to other machines only if it is told to.
  const std::string keys = api.key.empty() ? "none" : "one";
  if (auto same = check_same(*ranks_, "API keys", keys); !same) return same;
  if (needs_endpoint) {
    if (auto found = find_endpoint(api); !found) return found;
  }
  gbench::ContextSettings settings;
  settings.ranks = ranks_;
  settings.run = run_options_of(options);
  settings.run.connection.interfaces = std::move(interfaces_);
  settings.resolver = http::Resolver::make(options.dns_ttl);
  settings.transports = run::transport_factory(options.connection.transport);
  settings.gate = gate_;
  settings.api = std::move(api);
  settings.urls = options.urls;
  if (needs_endpoint) settings.embedded_url = settings.api.url;
  settings.wait = options.wait;
  settings.max_error_ratio = options.max_error_ratio;
  settings.log = log_;
  settings.log_responses = options.log_responses;
  settings.by = options.by;
  settings.timeline = options.timeline;
  settings.show_progress = progress_of(options.progress_mode, *ranks_);
  settings.sentence = [key = options.api_key_env](const Error& error) {
    return with_remedy(error, key);
  };
  context_ = std::make_unique<gbench::Context>(std::move(settings));
  return {};
}

Result<void> Session::open_alone(const Options& options, bool needs_endpoint, Api& api) {
  auto interfaces = interfaces_of(options.connection, *ranks_);
  if (!interfaces) return tl::unexpected(std::move(interfaces.error()));
  interfaces_ = std::move(*interfaces);
  if (auto read = read_key(options, api); !read) return read;
  if (auto read = read_headers(options, api); !read) return read;
  if (auto opened = open_log(options.log_file); !opened) return opened;
  if (!needs_endpoint) return {};
  if (!options.connection.unix_socket.empty()) {
    return fail(ErrorCode::invalid_value,
                "--paceline_unix_socket needs --paceline_url, which gives the header Host and the "
                "path, such as http://localhost/v1");
  }
  if (ranks_->first_on_host() != ranks_->index()) return {};
  return start_endpoint(options);
}

Result<void> Session::find_endpoint(Api& api) {
  const auto urls = ranks_->exchange("endpoints", endpoint_ ? endpoint_->url() : "");
  if (!urls) return tl::unexpected(urls.error());
  api.url = (*urls)[ranks_->first_on_host()];
  return {};
}

Result<void> Session::read_key(const Options& options, Api& api) {
  const char* variable = std::getenv(options.api_key_env.c_str());
  const std::string_view key = text::without_spaces(variable == nullptr ? "" : variable);
  if (options.auth == Auth::aws_sigv4) {
    if (auto read = read_aws_key(options, key); !read) return read;
  }
  if (variable == nullptr) return {};
  gate_->add_secret(key);
  // The embedded endpoint demands no key.
  if (options.urls.empty()) return {};
  api.key = key;
  if (key != variable) {
    text::Console(gate_, leads())
        .warn("the key in " + options.api_key_env +
              " has white space around it, which is not sent");
  }
  if (std::any_of(key.begin(), key.end(), text::is_control)) {
    return fail(ErrorCode::invalid_value,
                "the key in " + options.api_key_env +
                    " has a line break or another control character; set the key without");
  }
  if (options.auth == Auth::basic && key.find(':') == std::string_view::npos) {
    return fail(
        ErrorCode::invalid_value,
        "--paceline_auth=basic needs a key of the form USER:PASSWORD in " + options.api_key_env);
  }
  return {};
}

Result<void> Session::read_aws_key(const Options& options, std::string_view key) {
  const std::size_t colon = std::min(key.find(':'), key.size());
  gate_->add_secret(key.substr(0, colon));
  gate_->add_secret(key.substr(std::min(colon + 1, key.size())));
  const bool has_both = colon > 0 && colon + 1 < key.size();
  if (has_both || options.urls.empty()) return {};
  return fail(ErrorCode::invalid_value,
              "--paceline_auth=aws-sigv4 needs a key of the form ACCESS_KEY_ID:SECRET in " +
                  options.api_key_env);
}

Result<void> Session::read_headers(const Options& options, Api& api) {
  for (const std::string& line : options.headers) {
    const std::string name = line.substr(0, line.find(':'));
    std::string value(text::without_spaces(std::string_view(line).substr(name.size() + 1)));
    const bool is_of_environment = value.starts_with(environment_prefix);
    if (is_of_environment) {
      const std::string variable = value.substr(environment_prefix.size());
      const char* found = std::getenv(variable.c_str());
      if (found == nullptr) {
        return fail(ErrorCode::invalid_value,
                    fmt::format("the header {} takes its value from {}, which is not set; set this "
                                "environment variable",
                                name, variable));
      }
      value = text::without_spaces(found);
    }
    if (is_of_environment || is_for_secrets(name)) gate_->add_secret(value);
    api.headers.push_back(fmt::format("{}: {}", name, value));
  }
  if (options.urls.empty()) {
    if (auto error = find_error(api)) return tl::unexpected(std::move(*error));
  }
  // Each host has to say the region and the service for which to sign.
  for (const std::string& url : options.urls) {
    Api other = api;
    other.url = url;
    if (auto error = find_error(other)) return tl::unexpected(std::move(*error));
  }
  return {};
}

Result<void> Session::open_log(const std::string& file) {
  if (file.empty()) return {};
  const bool is_alone = ranks_->count() == 1;
  auto log = log::RequestLog::open(is_alone ? file : log::rank_file(file, ranks_->index()));
  if (!log) return tl::unexpected(log.error());
  log_ = std::move(*log);
  return {};
}

Result<void> Session::start_endpoint(const Options& options) {
  EndpointOptions endpoint_options = options.endpoint;
  endpoint_options.seed = options.seed;
  if (auto checked = check_endpoint_flags(endpoint_options, endpoint_prefix); !checked) {
    return checked;
  }
  auto endpoint = std::make_unique<Endpoint>(std::move(endpoint_options));
  if (auto error = endpoint->start()) return tl::unexpected(std::move(*error));
  endpoint_ = std::move(endpoint);
  return {};
}

bool Session::close() {
  endpoint_.reset();
  if (log_) {
    if (const auto closed = log_->close(); !closed) context_->fail(closed.error());
  }
  const auto agreed = agree(*ranks_, context_->first_error());
  // The leader has printed its own errors.
  if (!agreed && !context_->failed()) context_->fail(agreed.error());
  const bool succeeded = !context_->failed();
  context_.reset();
  return succeeded;
}

}  // namespace paceline::programs
