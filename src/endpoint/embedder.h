#pragma once

#include <endpoint/api_request.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

}  // namespace paceline::endpoint
