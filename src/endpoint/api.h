#pragma once

#include <endpoint/embedder.h>
#include <endpoint/generator.h>
#include <endpoint/limits.h>
#include <endpoint/metrics.h>
#include <endpoint/request.h>
#include <endpoint/request_reader.h>
#include <endpoint/response_maker.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace paceline::endpoint {

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

 private:
  struct Route;
  using Read = std::optional<ApiError> (RequestReader::*)(std::string& body, Generation& response);

  static const Route* find_route(std::string_view path);
  void answer_chat(Request& request);
  void answer_completions(Request& request);
  void answer_responses(Request& request);
  void answer_embeddings(Request& request);
  void answer_models(Request& request);
  void answer_model(Request& request);
  void answer_metrics(Request& request);
  void answer_echo(Request& request);
  void answer_ok(Request& request);
  void generate(Read read, const GenerationFormat& format, Request& request);
  bool has_room(Request& request) const;
  bool is_within_limits(std::uint64_t tokens, Request& request);
  void add_limit_headers(Request& request) const;

  Generator& generator_;
  const ResponseMaker& responses_;
  Metrics& metrics_;
  std::function<Gauges()> gauges_;
  RequestReader reader_;
  Embedder embedder_;
  RateLimiter limiter_;
  TimePoint started_ = Clock::now();
  std::uint64_t model_created_;
  /// The response to GET /v1/models.
  std::string models_;
};

}  // namespace paceline::endpoint
