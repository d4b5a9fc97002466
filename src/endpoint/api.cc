#include <endpoint/api.h>
#include <fmt/format.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace paceline::endpoint {
namespace {

constexpr std::string_view models_path = "/v1/models/";
constexpr std::string_view messages_path = "/v1/messages";

/// Appends a model as the OpenAI API lists it.
void append_model(std::string_view id, std::uint64_t created, std::string& out) {
  out += R"({"id":)";
  text::append_json_string(id, out);
  out += R"(,"object":"model","created":)";
  text::append_number(created, out);
  out += R"(,"owned_by":"paceline"})";
}

std::string list_of_models(std::uint64_t created) {
  std::string list = R"({"object":"list","data":[)";
  append_model("paceline", created, list);
  return list + "]}";
}

}  // namespace

struct Api::Route {
  std::string_view path;
  std::string_view method;
  void (Api::*answer)(Request& request);

  bool takes(std::string_view asked) const {
    return asked == method || (asked == "HEAD" && method == "GET");
  }
  const char* allow_header() const {
    return method == "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  }
};

Api::Api(const EndpointOptions& options, Generator& generator, const ResponseMaker& responses,
         Metrics& metrics, std::function<Gauges()> gauges)
    : generator_(generator),
      responses_(responses),
      metrics_(metrics),
      gauges_(std::move(gauges)),
      reader_(length_model(options), ToolChooser(options.tool_calls, options.seed + 4),
              options.cache_tokens),
      limiter_(options.rpm_limit, options.tpm_limit),
      checks_sessions_(options.checks_sessions),
      tokens_per_event_(options.tokens_per_event),
      model_created_(seconds_since_1970()),
      models_(list_of_models(model_created_)) {}

bool Api::is_about_server(std::string_view path) {
  return path == "/health" || path == "/metrics";
}

// Paths below that of messages belong to Anthropic's API too, although the endpoint has none.
ErrorForm Api::error_form(std::string_view path) {
  if (!path.starts_with(messages_path)) return ErrorForm::openai;
  path.remove_prefix(messages_path.size());
  return path.empty() || path.front() == '/' ? ErrorForm::anthropic : ErrorForm::openai;
}

const Api::Route* Api::find_route(std::string_view path) {
  static constexpr std::array<Route, 13> routes = {
      {{"/v1/chat/completions", "POST", &Api::answer_chat},
       {"/v1/completions", "POST", &Api::answer_completions},
       {"/v1/responses", "POST", &Api::answer_responses},
       {messages_path, "POST", &Api::answer_messages},
       {"/v1/embeddings", "POST", &Api::answer_embeddings},
       {"/v1/rerank", "POST", &Api::answer_rerank},
       {"/v2/rerank", "POST", &Api::answer_rerank},
       {"/rerank", "POST", &Api::answer_rerank},
       {"/v1/models", "GET", &Api::answer_models},
       {"/", "GET", &Api::answer_ok},
       {"/health", "GET", &Api::answer_ok},
       {"/metrics", "GET", &Api::answer_metrics},
       {"/echo", "POST", &Api::answer_echo}}};
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [path](const Route& route) { return route.path == path; });
  static constexpr Route of_a_model = {models_path, "GET", &Api::answer_model};
  if (found != routes.end()) return &*found;
  return path.size() > models_path.size() && path.starts_with(models_path) ? &of_a_model : nullptr;
}

void Api::answer(std::string_view path, std::string_view method, Request& request) {
  const Route* route = find_route(path);
  if (method == "OPTIONS" && (route != nullptr || path == "*")) {
    return responses_.set_options(
        route == nullptr ? "GET, HEAD, POST, OPTIONS" : route->allow_header(), request);
  }
  if (route == nullptr) {
    return responses_.set_error(
        {MHD_HTTP_NOT_FOUND, fmt::format("Invalid URL ({} {})", method, path), {}, "unknown_url"},
        request);
  }
  if (!route->takes(method)) {
    responses_.set_error({MHD_HTTP_METHOD_NOT_ALLOWED,
                          fmt::format("Only {} requests are accepted.", route->method),
                          {},
                          "method_not_supported"},
                         request);
    return ResponseMaker::add_header(request, MHD_HTTP_HEADER_ALLOW, route->allow_header());
  }
  if (request.refusal) return responses_.set_error(*request.refusal, request);
  if (route->answer == &Api::answer_model) {
    request.generation.model = path.substr(models_path.size());
  }
  (this->*route->answer)(request);
}

// A full endpoint answers at once, without reading the request's JSON.
bool Api::has_room(Request& request) const {
  if (!generator_.is_full()) return true;
  request.due = request.arrived;
  responses_.set_overloaded(request);
  return false;
}

bool Api::continues_session(Request& request) {
  const auto session = request.head.session();
  if (!checks_sessions_ || !session) return true;
  if (!sessions_.continues(*session, request.body)) {
    ++metrics_.broken_sessions;
    responses_.set_error({.status = MHD_HTTP_CONFLICT,
                          .message = "The messages do not continue the session.",
                          .param = "messages",
                          .code = "broken_session"},
                         request);
    return false;
  }
  sessions_.answer(*session, request.generation, request.fault.has_value());
  return true;
}

// A request over a limit is refused at once.
bool Api::is_within_limits(std::uint64_t tokens, Request& request) {
  using std::chrono::ceil;
  const auto refusal = limiter_.take(request.arrived - started_, tokens);
  if (!refusal) return true;
  request.due = request.arrived;
  responses_.set_error({.status = MHD_HTTP_TOO_MANY_REQUESTS,
                        .message = refusal->message,
                        .code = "rate_limit_exceeded",
                        .type = refusal->type},
                       request);
  const auto in_seconds = ceil<std::chrono::seconds>(refusal->wait).count();
  const auto in_milliseconds = ceil<std::chrono::milliseconds>(refusal->wait).count();
  ResponseMaker::add_header(request, MHD_HTTP_HEADER_RETRY_AFTER,
                            std::to_string(in_seconds).c_str());
  ResponseMaker::add_header(request, "retry-after-ms", std::to_string(in_milliseconds).c_str());
  add_limit_headers(request);
  return false;
}

void Api::add_limit_headers(Request& request) const {
  const auto now = request.arrived - started_;
  const auto add = [&request](const char* of, const auto& level) {
    if (!level) return;
    const auto header = [&](const char* what, const std::string& value) {
      const std::string name = fmt::format("x-ratelimit-{}-{}", what, of);
      ResponseMaker::add_header(request, name.c_str(), value.c_str());
    };
    header("limit", std::to_string(level->limit));
    header("remaining", std::to_string(level->remaining));
    header("reset", reset_text(level->reset));
  };
  add("requests", limiter_.requests(now));
  add("tokens", limiter_.tokens(now));
}

void Api::answer_chat(Request& request) {
  generate(&RequestReader::read_chat, chat_format(), request);
}

void Api::answer_completions(Request& request) {
  generate(&RequestReader::read_completions, completions_format(), request);
}

void Api::answer_responses(Request& request) {
  generate(&RequestReader::read_responses, responses_format(), request);
}

void Api::answer_messages(Request& request) {
  generate(&RequestReader::read_messages, messages_format(), request);
}

void Api::generate(Read read, const GenerationFormat& format, Request& request) {
  if (!has_room(request)) return;
  Generation& generation = request.generation;
  if (const auto error = (reader_.*read)(request.body, generation)) {
    return responses_.set_error(*error, request);
  }
  generation.tokens_per_event = tokens_per_event_;
  if (request.fault) generation.spoil(*request.fault);
  if (!is_within_limits(generation.total_tokens(), request)) return;
  if (!continues_session(request)) return;
  if (generation.streams) {
    responses_.set_stream(format, request);
  } else {
    request.response_body.clear();
    if (generation.fails) {
      write_error(overloaded(), request.error_form, request.response_body);
    } else {
      format.write_whole(generation, request.response_body);
    }
    responses_.set(MHD_HTTP_OK, json_type, request.response_body, request);
  }
  add_limit_headers(request);
  request.is_generated = !generation.fails;
  metrics_.prompt_tokens += generation.prompt_tokens;
  metrics_.cached_tokens += generation.cached_tokens;
  generator_.enter(request);
}

void Api::answer_embeddings(Request& request) {
  answer_at_once(embedder_, request);
}

void Api::answer_rerank(Request& request) {
  answer_at_once(reranker_, request);
}

template <typename Answerer>
void Api::answer_at_once(Answerer& answerer, Request& request) {
  if (!has_room(request)) return;
  if (const auto error = answerer.answer(request.body, request.response_body)) {
    return responses_.set_error(*error, request);
  }
  if (!is_within_limits(answerer.prompt_tokens(), request)) return;
  responses_.set(MHD_HTTP_OK, json_type, request.response_body, request);
  add_limit_headers(request);
  request.generation.streams = false;
  request.generation.tokens = 1;
  metrics_.prompt_tokens += answerer.prompt_tokens();
  generator_.enter(request);
}

void Api::answer_models(Request& request) {
  responses_.set(MHD_HTTP_OK, json_type, models_, request);
}

void Api::answer_model(Request& request) {
  request.response_body.clear();
  append_model(request.generation.model, model_created_, request.response_body);
  responses_.set(MHD_HTTP_OK, json_type, request.response_body, request);
}

void Api::answer_metrics(Request& request) {
  write_metrics(metrics_, gauges_(), request.response_body);
  responses_.set(MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", request.response_body,
                 request);
}

void Api::answer_echo(Request& request) {
  responses_.set(MHD_HTTP_OK, "application/octet-stream", request.body, request);
}

void Api::answer_ok(Request& request) {
  responses_.set(MHD_HTTP_OK, "text/plain", "ok", request);
}

}  // namespace paceline::endpoint
