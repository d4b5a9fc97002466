#pragma once

#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <endpoint/prompt_counter.h>
#include <endpoint/random_models.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace paceline::endpoint {

/// Reads requests for text as the OpenAI API and vLLM do, and decides the length of each response.
/// Reuses its parser and buffers: a short prompt takes about 0.5 us.
class RequestReader {
 public:
  /// `lengths`: of responses whose requests set no limit.
  explicit RequestReader(const LengthModel& lengths) : lengths_(lengths) {}

  /// Reads a request of this API into `response`. `body` keeps its text, but may move in memory.
  std::optional<ApiError> read_chat(std::string& body, Generation& response);
  std::optional<ApiError> read_completions(std::string& body, Generation& response);
  std::optional<ApiError> read_responses(std::string& body, Generation& response);

 private:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;
  /// The response lengths that the request asks for, in tokens.
  struct Length {
    std::size_t wanted = 0;
    std::size_t least = 0;
    std::optional<std::size_t> most;
    bool ignores_end = false;
  };

  std::optional<ApiError> read_messages(Object body, Generation& response);
  std::optional<ApiError> read_input(Object body, Generation& response);
  std::optional<ApiError> read_prompts(Object body, Generation& response);
  std::optional<ApiError> add_prompt(Element prompt, bool echoes, Generation& response);
  static std::optional<ApiError> check_echoes(const Generation& response);

  // request_reader_length.cc
  static std::optional<ApiError> read_choices(Object body, Generation& response);
  std::optional<ApiError> read_length(Object body, std::span<const std::string_view> limits,
                                      Generation& response);
  std::optional<ApiError> read_text_format(Object body);
  std::optional<ApiError> read_format(std::optional<Element> format, std::string_view name);
  static void set_length(const Length& length, Generation& response);
  static void set_json_length(JsonResponse& json, const Length& length, Generation& response);
  std::optional<ApiError> read_streaming(Object body, Generation& response);
  void begin(Generation& response);

  LengthModel lengths_;
  std::optional<JsonResponse> json_;  // the response, if it is JSON
  PrefixCache cache_;
  simdjson::dom::parser parser_;
  std::uint64_t responses_ = 0;
};

}  // namespace paceline::endpoint
