#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/endpoint.h>
#include <paceline/text/result.h>

// Generated responses (meaningless words, JSON, or calls of tools) and their format in each API.

namespace paceline::endpoint {

/// Bytes of each token in a JSON response.
inline constexpr std::size_t json_token_bytes = 4;

/// The response to a request for text, as the model generates it.
struct Generation {
  std::string model;
  /// Sequence number of the response, for its ids.
  std::uint64_t number = 0;
  /// Seconds since 1970.
  std::uint64_t created = 0;
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;
  /// Tokens of each choice.
  std::size_t tokens = 0;
  /// Number of choices that the request asks for, all of the same length.
  std::size_t choices = 1;
  /// The text of a JSON response, in ASCII, `json_token_bytes` per token. Tokens beyond its end are
  /// spaces. Empty: the response is words.
  std::string json;
  /// The tool that the response calls, with `json` as the arguments; empty: none.
  std::string tool;
  /// The prompts that the choices repeat; empty if they do not.
  std::vector<std::string> echoes;
  /// Whether the request's limit ends the response.
  bool is_capped = false;
  /// Whether a filter of contents ends the response.
  bool is_filtered = false;
  /// Whether an error ends the response. A stream has it in place of the closing events.
  bool fails = false;
  /// Whether `json` is not valid, although nothing cuts it.
  bool is_json_broken = false;
  bool streams = false;
  /// Whether a stream of chat completions or completions ends with the usage.
  bool includes_usage = false;
  /// Whether each event also has the usage so far.
  bool has_running_usage = false;
  /// Tokens of each event of a stream but the last.
  std::size_t tokens_per_event = 1;

  /// Tokens of all choices together.
  std::size_t all_tokens() const { return tokens * choices; }
  /// The prompt that a choice begins with.
  std::string_view echo_of(std::size_t choice) const {
    return echoes.empty() ? std::string_view() : echoes[choice * echoes.size() / choices];
  }
  std::size_t total_tokens() const { return prompt_tokens + all_tokens(); }
  /// Events of a stream that have tokens, of each choice.
  std::size_t token_events() const { return (tokens + tokens_per_event - 1) / tokens_per_event; }
  bool calls_tool() const { return !tool.empty(); }
  /// Whether the tokens are valid JSON. Requires `json`.
  bool has_valid_json() const {
    return json.size() <= tokens * json_token_bytes && !is_json_broken;
  }
  /// Spoils the response as a fault requires. Only the faults of generated text have an effect.
  void spoil(Fault fault);
};

/// The current time, for Generation::created.
std::uint64_t seconds_since_1970();

/// The token at `place`, counted from 0, in any response of words: a word, preceded by a space
/// unless it is the first. Needs no escapes in a JSON string.
std::string_view response_token(std::size_t place);

/// Appends the first `tokens` words.
void append_generated_text(std::size_t tokens, std::string& out);

/// Room for a token with its escapes.
using TokenRoom = std::array<char, 2 * json_token_bytes>;

/// The token at `place` of this response, escaped for a JSON string. The result may lie in `room`.
std::string_view token_of(const Generation& response, std::size_t place, TokenRoom& room);

/// Appends all tokens of a choice, escaped for a JSON string.
void append_text_of(const Generation& response, std::string& out);

/// Appends all tokens of a JSON response without escapes, as a JSON value. JSON that is cut or
/// broken becomes a JSON string.
void append_json_of(const Generation& response, std::string& out);

/// A JSON text of ASCII characters, so that it can be cut at any byte.
struct JsonResponse {
  std::string text;
  /// A place inside a string that may have any length and content.
  std::optional<std::size_t> free_place;

  /// Inserts words at the free place, if there is one, so that the text has `size` bytes. A longer
  /// text does not change.
  void lengthen(std::size_t size);
};

/// A small JSON object, for requests that ask for JSON without a schema.
JsonResponse plain_json_response();

/// Appends `bytes` bytes of words.
void append_filling(std::size_t bytes, std::string& out);
/// Appends JSON, with each non-ASCII character escaped.
void append_as_ascii(std::string_view json, std::string& out);

/// The text that the events of all tokens of a stream share. An event consists of `before`, the
/// choice's index and `after_choice` (if that is not empty), the tokens, `after`, and the numbers.
struct TokenFrame {
  /// A number that differs from event to event, and the text after it.
  struct Number {
    /// Added to the number of the choice's tokens up to this event's last, or to the number of the
    /// choice's events before this one.
    std::uint64_t first;
    bool counts_tokens;
    std::string_view after;
  };

  std::string before;
  std::string after_choice;
  std::string after;
  std::vector<Number> numbers;
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
  /// Sets the text that the token events of this response share.
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
/// POST /v1/messages.
const GenerationFormat& messages_format();

/// A value that conforms to a JSON schema, as simple as possible: an object has its required
/// properties, a number is 0 or near 0, an array has minItems.
///
/// Supports type, properties, required, items, prefixItems, enum, const, anyOf, oneOf, allOf of one
/// schema, $ref within the schema, format, and the bounds of numbers, lengths and items.
/// Error: invalid_value for a schema that has another keyword or that no value conforms to.
Result<JsonResponse> json_for_schema(simdjson::dom::element schema);

}  // namespace paceline::endpoint
