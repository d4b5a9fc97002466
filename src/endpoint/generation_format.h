#pragma once

#include <endpoint/generation.h>

#include <cstdint>
#include <optional>
#include <string>

namespace paceline::endpoint {

/// What is the same in the events of all tokens of a stream. An event is `before`, the choice's
/// index and `after_choice` unless that is empty, the token, `after`, and where events are numbered
/// the number and `end`.
struct TokenFrame {
  std::string before;
  std::string after_choice;
  std::string after;
  /// Of the first token's event.
  std::optional<std::uint64_t> first_number;
  std::string end;
};

/// How an API words a response, whole or as server-sent events. Each function appends to `out`.
class GenerationFormat {
 public:
  virtual ~GenerationFormat() = default;

  virtual void write_whole(const Generation& response, std::string& out) const = 0;
  /// The events before the first token.
  virtual void write_opening(const Generation& response, std::string& out) const = 0;
  virtual void set_frame(const Generation& response, TokenFrame& frame) const = 0;
  /// The events after the last token.
  virtual void write_closing(const Generation& response, std::string& out) const = 0;
};

/// POST /v1/chat/completions.
const GenerationFormat& chat_format();
/// POST /v1/completions.
const GenerationFormat& completions_format();
/// POST /v1/responses.
const GenerationFormat& responses_format();

}  // namespace paceline::endpoint
