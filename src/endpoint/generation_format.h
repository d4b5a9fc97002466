#pragma once

#include <endpoint/generation.h>

#include <cstdint>
#include <optional>
#include <string>

namespace paceline::endpoint {

/// The parts that the events of all tokens of a stream have in common. An event consists of
/// `before`, the choice's index and `after_choice` (if that is not empty), the token, `after`, the
/// event's number (if events are numbered), and `end`.
struct TokenFrame {
  std::string before;
  std::string after_choice;
  std::string after;
  /// Number of the first token's event, if events are numbered.
  std::optional<std::uint64_t> first_number;
  std::string end;
};

/// The format of an API's responses, whole or as server-sent events. The write functions append to
/// `out`.
class GenerationFormat {
 public:
  virtual ~GenerationFormat() = default;

  /// The body of a response that is not streamed.
  virtual void write_whole(const Generation& response, std::string& out) const = 0;
  /// The events before the first token.
  virtual void write_opening(const Generation& response, std::string& out) const = 0;
  /// Sets the parts that the token events of this response have in common.
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
