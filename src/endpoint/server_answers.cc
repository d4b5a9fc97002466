#include <endpoint/server.h>
#include <fmt/format.h>
#include <paceline/text/json.h>

#include <algorithm>
#include <array>
#include <string>

namespace paceline::endpoint {
namespace {

constexpr const char* json_type = "application/json";
constexpr std::string_view models_path = "/v1/models/";

void add_header(const ResponsePtr& response, const char* name, const char* value) {
  if (response) MHD_add_response_header(response.get(), name, value);
}

}  // namespace

struct Server::Route {
  std::string_view path;
  std::string_view method;
  void (Server::*answer)(Request& request);

  bool takes(std::string_view asked) const {
    return asked == method || (asked == "HEAD" && method == "GET");
  }
  const char* allow_header() const {
    return method == "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  }
};

const Server::Route* Server::find_route(std::string_view path) {
  static constexpr std::array<Route, 9> routes = {
      {{"/v1/chat/completions", "POST", &Server::answer_chat},
       {"/v1/completions", "POST", &Server::answer_completions},
       {"/v1/responses", "POST", &Server::answer_responses},
       {"/v1/embeddings", "POST", &Server::answer_embeddings},
       {"/v1/models", "GET", &Server::answer_models},
       {"/", "GET", &Server::answer_ok},
       {"/health", "GET", &Server::answer_ok},
       {"/metrics", "GET", &Server::answer_metrics},
       {"/echo", "POST", &Server::answer_echo}}};
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [path](const Route& route) { return route.path == path; });
  static constexpr Route of_a_model = {models_path, "GET", &Server::answer_model};
  if (found != routes.end()) return &*found;
  return path.size() > models_path.size() && path.starts_with(models_path) ? &of_a_model : nullptr;
}

bool Server::is_about_server(std::string_view path) {
  return path == "/health" || path == "/metrics";
}

// A browser asks for OPTIONS without a key.
bool Server::needs_key(std::string_view path, std::string_view method) const {
  return !options_.required_key.empty() && path.starts_with("/v1/") && method != "OPTIONS";
}

void Server::set_id(const ReceivedHead& head, std::string_view prefix, std::uint64_t number,
                    std::string& id) {
  constexpr std::size_t width = 16;
  id.clear();
  if (const auto given = head.request_id()) {
    id += *given;
  } else {
    id += prefix;
    append_number(number, id, width);
  }
}

void Server::prepare(std::string_view path, std::string_view method, Request& request) {
  if (needs_key(path, method)) {
    if (const auto refusal = key_refusal(request.head)) return answer_error(*refusal, request);
  }
  if (answer_fault(request)) return;
  const Route* route = find_route(path);
  if (method == "OPTIONS" && (route != nullptr || path == "*")) {
    request.status = MHD_HTTP_NO_CONTENT;
    request.whole = {};
    request.response.reset(MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT));
    return add_header(request.response, MHD_HTTP_HEADER_ALLOW,
                      route == nullptr ? "GET, HEAD, POST, OPTIONS" : route->allow_header());
  }
  if (route == nullptr) {
    return answer_error(
        {MHD_HTTP_NOT_FOUND, fmt::format("Invalid URL ({} {})", method, path), {}, "unknown_url"},
        request);
  }
  if (!route->takes(method)) {
    answer_error({MHD_HTTP_METHOD_NOT_ALLOWED,
                  fmt::format("Only {} requests are accepted.", route->method),
                  {},
                  "method_not_supported"},
                 request);
    return add_header(request.response, MHD_HTTP_HEADER_ALLOW, route->allow_header());
  }
  if (request.refusal) return answer_error(*request.refusal, request);
  if (route->answer == &Server::answer_model) {
    request.generation.model = path.substr(models_path.size());
  }
  (this->*route->answer)(request);
}

std::optional<ApiError> Server::key_refusal(const ReceivedHead& head) const {
  const auto given = head.authorization();
  if (!given) {
    return ApiError{
        MHD_HTTP_UNAUTHORIZED,
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."};
  }
  if (*given == demanded_) return std::nullopt;
  return ApiError{MHD_HTTP_UNAUTHORIZED, "Incorrect API key provided.", {}, "invalid_api_key"};
}

// A full endpoint says so at once, before it reads what is asked.
bool Server::has_room(Request& request) const {
  if (!capacity_.is_full()) return true;
  request.due = request.arrived;
  answer_overloaded(request);
  return false;
}

void Server::answer_overloaded(Request& request) const {
  answer_error({.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                .message = "The engine is currently overloaded, please try again later",
                .type = "server_error"},
               request);
  add_header(request.response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
}

// A request over a limit gets its refusal at once too.
bool Server::is_within_limits(std::uint64_t tokens, Request& request) {
  using std::chrono::ceil;
  const auto refusal = limiter_.take(request.arrived - started_, tokens);
  if (!refusal) return true;
  request.due = request.arrived;
  answer_error({.status = MHD_HTTP_TOO_MANY_REQUESTS,
                .message = refusal->message,
                .code = "rate_limit_exceeded",
                .type = refusal->type},
               request);
  const auto in_seconds = ceil<std::chrono::seconds>(refusal->wait).count();
  const auto in_milliseconds = ceil<std::chrono::milliseconds>(refusal->wait).count();
  add_header(request.response, MHD_HTTP_HEADER_RETRY_AFTER, std::to_string(in_seconds).c_str());
  add_header(request.response, "retry-after-ms", std::to_string(in_milliseconds).c_str());
  add_limit_headers(request);
  return false;
}

void Server::add_limit_headers(Request& request) const {
  const auto now = request.arrived - started_;
  const auto add = [&request](const std::string& of, const auto& level) {
    if (!level) return;
    const auto header = [&](const char* what, const std::string& value) {
      add_header(request.response, fmt::format("x-ratelimit-{}-{}", what, of).c_str(),
                 value.c_str());
    };
    header("limit", std::to_string(level->limit));
    header("remaining", std::to_string(level->remaining));
    header("reset", reset_text(level->reset));
  };
  add("requests", limiter_.requests(now));
  add("tokens", limiter_.tokens(now));
}

void Server::answer_chat(Request& request) {
  if (!has_room(request)) return;
  if (const auto error = reader_.read_chat(request.body, request.generation)) {
    return answer_error(*error, request);
  }
  answer_response(chat_format(), request);
}

void Server::answer_completions(Request& request) {
  if (!has_room(request)) return;
  if (const auto error = reader_.read_completions(request.body, request.generation)) {
    return answer_error(*error, request);
  }
  answer_response(completions_format(), request);
}

void Server::answer_responses(Request& request) {
  if (!has_room(request)) return;
  if (const auto error = reader_.read_responses(request.body, request.generation)) {
    return answer_error(*error, request);
  }
  answer_response(responses_format(), request);
}

void Server::answer_response(const GenerationFormat& format, Request& request) {
  if (!is_within_limits(request.generation.total_tokens(), request)) return;
  if (request.generation.streams) {
    request.format = &format;
    answer_stream(request);
  } else {
    request.response_body.clear();
    format.write_whole(request.generation, request.response_body);
    answer(MHD_HTTP_OK, json_type, request.response_body, request);
  }
  add_limit_headers(request);
  request.is_generated = true;
  metrics_.prompt_tokens += request.generation.prompt_tokens;
  metrics_.cached_tokens += request.generation.cached_tokens;
  enter(request);
}

// The model is done with it at once: as long as a first token.
void Server::answer_embeddings(Request& request) {
  if (!has_room(request)) return;
  if (const auto error = embedder_.answer(request.body, request.response_body)) {
    return answer_error(*error, request);
  }
  if (!is_within_limits(embedder_.prompt_tokens(), request)) return;
  answer(MHD_HTTP_OK, json_type, request.response_body, request);
  add_limit_headers(request);
  request.generation.streams = false;
  request.generation.tokens = 1;
  metrics_.prompt_tokens += embedder_.prompt_tokens();
  enter(request);
}

void Server::answer_models(Request& request) {
  answer(MHD_HTTP_OK, json_type, models_, request);
}

void Server::answer_model(Request& request) {
  request.response_body.clear();
  append_model(request.generation.model, model_created_, request.response_body);
  answer(MHD_HTTP_OK, json_type, request.response_body, request);
}

void Server::answer_metrics(Request& request) {
  EndpointMetrics now = metrics_;
  now.running = capacity_.served();
  now.waiting = capacity_.waiting();
  now.connections = connections_;
  now.body_bytes = body_bytes_;
  write_metrics(now, request.response_body);
  answer(MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", request.response_body, request);
}

void Server::answer_echo(Request& request) {
  answer(MHD_HTTP_OK, "application/octet-stream", request.body, request);
}

void Server::answer_ok(Request& request) {
  answer(MHD_HTTP_OK, "text/plain", "ok", request);
}

void Server::answer_error(const ApiError& error, Request& request) const {
  write_error(error, request.response_body);
  answer(error.status, json_type, request.response_body, request);
}

// The body stays in the request or the server, both of which outlive the response.
void Server::answer(unsigned status, const char* type, std::string_view body,
                    Request& request) const {
  request.status = status;
  request.whole = body;
  if (has_broken_body(request)) {
    answer_broken(body.size(), request);
  } else {
    request.response.reset(MHD_create_response_from_buffer(
        body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_PERSISTENT));
  }
  add_header(request.response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

void Server::answer_stream(Request& request) const {
  constexpr std::size_t block = 32u << 10;
  request.status = MHD_HTTP_OK;
  request.whole = {};
  if (has_broken_body(request)) {
    answer_broken(MHD_SIZE_UNKNOWN, request);
  } else {
    request.response.reset(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block,
                                                             &Server::on_read, &request, nullptr));
  }
  add_header(request.response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream; charset=utf-8");
  add_header(request.response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}

}  // namespace paceline::endpoint
