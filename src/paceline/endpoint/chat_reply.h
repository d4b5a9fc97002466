#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// An error as the OpenAI API words it; an empty `param` or `code` is sent as null.
struct ApiError {
  unsigned status;
  std::string message;
  std::string_view param = {};
  std::string_view code = {};
};

/// Puts `{"error": {...}}` into `out`, in place of what it held.
void write_error(const ApiError& error, std::string& out);

/// The body of GET /v1/models: one model, "paceline".
std::string models_reply();

/// Answers POST /v1/chat/completions as the OpenAI API does, with words of no meaning.
/// Takes about a microsecond a request: the text is made once, the parser and buffers are reused.
class ChatReply {
 public:
  /// `reply_tokens`: the length of a reply that the request does not limit; at least 1.
  explicit ChatReply(std::size_t reply_tokens);

  /// Puts the reply's JSON into `out` and returns its HTTP status, 200 or 400.
  /// `request` keeps its text, but may be moved in memory: the parser reads past its end.
  unsigned answer(std::string& request, std::string& out);

 private:
  struct Asked {
    std::string_view model;
    std::size_t prompt_tokens = 0;
    std::size_t tokens = 0;
  };

  std::optional<ApiError> read(std::string& request, Asked& asked);
  std::optional<ApiError> read_limit(simdjson::dom::object body, Asked& asked) const;
  void write(const Asked& asked, std::string& out);

  simdjson::dom::parser parser_;
  std::string text_;
  std::vector<std::size_t> ends_;  // ends_[n]: where the first n tokens end in text_
  std::uint64_t answered_ = 0;
};

}  // namespace paceline
