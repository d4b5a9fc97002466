#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <endpoint/api_request.h>
#include <endpoint/generator.h>
#include <endpoint/limits.h>
#include <endpoint/metrics.h>
#include <endpoint/request.h>
#include <endpoint/request_reader.h>
#include <endpoint/reranker.h>
#include <endpoint/response_maker.h>
#include <endpoint/session_check.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>

namespace paceline::endpoint {

/// Answers POST /v1/embeddings. Equal texts have equal vectors. Each vector has length 1.
class Embedder {
 public:
  static constexpr std::size_t default_dimensions = 8;
  static constexpr std::size_t most_dimensions = 4096;
  static constexpr std::size_t most_inputs = 2048;

  /// Replaces `out` with the response's JSON, unless there is an error. `request` keeps its text,
  /// but may move in memory.
  std::optional<ApiError> answer(std::string& request, std::string& out);
  /// Prompt tokens of the last answer.
  std::size_t prompt_tokens() const { return prompt_tokens_; }

 private:
  std::optional<ApiError> read(std::string& request);
  std::optional<ApiError> read_input(simdjson::dom::object body);
  std::optional<ApiError> read_shape(simdjson::dom::object body);
  std::optional<ApiError> add_input(simdjson::dom::element input);
  std::optional<ApiError> add_tokens(simdjson::dom::array tokens);
  void add(std::uint64_t seed, std::size_t tokens);
  void write(std::string& out);
  void fill_vector(std::uint64_t seed);
  void append_vector(std::string& out) const;

  simdjson::dom::parser parser_;
  std::string model_;
  /// One seed per input.
  std::vector<std::uint64_t> seeds_;
  std::vector<double> vector_;
  std::size_t dimensions_ = 0;
  bool in_base64_ = false;
  std::size_t prompt_tokens_ = 0;
};

/// Reads each request according to its path, and sets its response.
class Api {
 public:
  /// The arguments outlive this object. `gauges` returns the current values for GET /metrics.
  Api(const EndpointOptions& options, Generator& generator, const ResponseMaker& responses,
      Metrics& metrics, std::function<Gauges()> gauges);

  /// Sets `request.response`; leaves it null if out of memory. Sets `request.due` for a response
  /// that is generated or sent at once.
  void answer(std::string_view path, std::string_view method, Request& request);

  /// Whether requests to the path are about the server itself. They need no key, have no latency or
  /// fault, and are not recorded.
  static bool is_about_server(std::string_view path);
  /// The form of errors of requests to the path.
  static ErrorForm error_form(std::string_view path);

 private:
  struct Route;
  using Read = std::optional<ApiError> (RequestReader::*)(std::string& body, Generation& response);

  static const Route* find_route(std::string_view path);
  void answer_chat(Request& request);
  void answer_completions(Request& request);
  void answer_responses(Request& request);
  void answer_messages(Request& request);
  void answer_embeddings(Request& request);
  void answer_rerank(Request& request);
  void answer_models(Request& request);
  void answer_model(Request& request);
  void answer_metrics(Request& request);
  void answer_echo(Request& request);
  void answer_ok(Request& request);
  /// Answers in the time of a first token. `answerer`: an Embedder or a Reranker.
  template <typename Answerer>
  void answer_at_once(Answerer& answerer, Request& request);
  void generate(Read read, const GenerationFormat& format, Request& request);
  bool has_room(Request& request) const;
  /// Whether a request continues its session; a request without one does.
  bool continues_session(Request& request);
  bool is_within_limits(std::uint64_t tokens, Request& request);
  void add_limit_headers(Request& request) const;

  Generator& generator_;
  const ResponseMaker& responses_;
  Metrics& metrics_;
  std::function<Gauges()> gauges_;
  RequestReader reader_;
  Embedder embedder_;
  Reranker reranker_;
  RateLimiter limiter_;
  bool checks_sessions_;
  SessionCheck sessions_;
  std::size_t tokens_per_event_;
  TimePoint started_ = Clock::now();
  std::uint64_t model_created_;
  /// The response to GET /v1/models.
  std::string models_;
};

}  // namespace paceline::endpoint
