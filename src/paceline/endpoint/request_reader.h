#pragma once

#include <paceline/endpoint/api_error.h>
#include <paceline/endpoint/generation.h>
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
  std::optional<ApiError> read_responses(std::string& body, Generation& reply);

 private:
  using Object = simdjson::dom::object;

  std::optional<ApiError> read_messages(Object body, Generation& reply);
  std::optional<ApiError> read_input(Object body, Generation& reply);
  std::optional<ApiError> read_length(Object body, std::span<const std::string_view> limits,
                                      Generation& reply);
  std::optional<ApiError> read_streaming(Object body, Generation& reply);
  void begin(Generation& reply);

  LengthModel lengths_;
  PrefixCache cache_;
  simdjson::dom::parser parser_;
  std::uint64_t replies_ = 0;
};

}  // namespace paceline
