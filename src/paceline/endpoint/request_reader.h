#pragma once

#include <paceline/endpoint/api_error.h>
#include <paceline/endpoint/generation.h>
#include <paceline/endpoint/json_reply.h>
#include <paceline/endpoint/length_model.h>
#include <paceline/endpoint/prefix_cache.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace paceline {

/// Reads requests for a reply as the OpenAI API and vLLM do, and decides how long each reply is.
/// Takes about half a microsecond for a short prompt: the parser and the buffers are used again.
class RequestReader {
 public:
  /// `lengths`: of replies that their requests do not limit.
  explicit RequestReader(const LengthModel& lengths) : lengths_(lengths) {}

  /// `body` keeps its text, but may be moved in memory.
  std::optional<ApiError> read_chat(std::string& body, Generation& reply);
  std::optional<ApiError> read_completions(std::string& body, Generation& reply);
  std::optional<ApiError> read_responses(std::string& body, Generation& reply);

 private:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;
  /// The reply lengths that the request asks for, in tokens.
  struct Length {
    std::size_t wanted = 0;
    std::size_t least = 0;
    std::optional<std::size_t> most;
    bool ignores_end = false;
  };

  std::optional<ApiError> read_messages(Object body, Generation& reply);
  std::optional<ApiError> read_input(Object body, Generation& reply);
  // request_reader_prompts.cc
  std::optional<ApiError> read_prompts(Object body, Generation& reply);
  std::optional<ApiError> add_prompt(Element prompt, bool echoes, Generation& reply);
  static std::optional<ApiError> check_echoes(const Generation& reply);

  // request_reader_length.cc
  static std::optional<ApiError> read_choices(Object body, Generation& reply);
  std::optional<ApiError> read_length(Object body, std::span<const std::string_view> limits,
                                      Generation& reply);
  std::optional<ApiError> read_text_format(Object body);
  std::optional<ApiError> read_format(std::optional<Element> format, std::string_view name);
  static void set_length(const Length& length, Generation& reply);
  static void set_json_length(JsonReply& json, const Length& length, Generation& reply);
  std::optional<ApiError> read_streaming(Object body, Generation& reply);
  void begin(Generation& reply);

  LengthModel lengths_;
  std::optional<JsonReply> json_;  // what the reply is to be
  PrefixCache cache_;
  simdjson::dom::parser parser_;
  std::uint64_t replies_ = 0;
};

}  // namespace paceline
