#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <endpoint/api_request.h>

namespace paceline::endpoint {

/// Answers POST /v1/rerank. A document's score depends on the texts of the query and the document
/// only, and is from 0 to 1.
class Reranker {
 public:
  static constexpr std::size_t most_documents = 10'000;

  /// Replaces `out` with the response's JSON, unless there is an error. `request` keeps its text,
  /// but may move in memory.
  std::optional<ApiError> answer(std::string& request, std::string& out);
  /// Prompt tokens of the last answer: each document is read together with the query.
  std::size_t prompt_tokens() const { return prompt_tokens_; }

 private:
  struct Ranked {
    std::size_t index;
    double score;
    std::string_view text;
  };

  std::optional<ApiError> read(std::string& request);
  std::optional<ApiError> read_documents(simdjson::dom::object body, std::string_view query);
  void rank();
  void write(std::string& out) const;

  simdjson::dom::parser parser_;
  std::string model_;
  /// The documents' texts lie in the parser.
  std::vector<Ranked> ranked_;
  std::size_t wanted_ = 0;
  bool returns_documents_ = false;
  std::size_t prompt_tokens_ = 0;
  std::uint64_t responses_ = 0;
};

}  // namespace paceline::endpoint
