#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <paceline/api.h>
#include <paceline/lengths.h>
#include <paceline/prompt.h>
#include <paceline/workload.h>

namespace paceline {

/// The field of chat completions that limits the length of a response.
enum class LimitField {
  /// max_completion_tokens. If the first response shows that the server refuses or ignores this
  /// field, then max_tokens.
  automatic,
  max_completion_tokens,
  max_tokens,
};

/// Text generation by a language model.
struct TextGeneration {
  /// chat, completions, responses or messages.
  ApiKind api = ApiKind::chat;
  /// Whether the server streams the text in server-sent events.
  bool is_streamed = false;
  /// The model.
  std::string model = "gpt-4o-mini";
  /// The prompt.
  Prompt prompt{};
  /// Sampling temperature, from 0 to 2; nothing: not sent.
  std::optional<double> temperature{};
  /// Most tokens per response; 0: not sent, the server decides. Messages need a limit: 0 is 1024.
  Lengths max_tokens = 0;
  /// The field of chat completions that max_tokens is sent in.
  LimitField limit_field = LimitField::automatic;
  /// Whether streams of chat and completions are asked for their usage (stream_options). Nothing:
  /// yes, unless the first response shows that the server refuses the field.
  std::optional<bool> asks_usage{};
  /// Whether streams of chat and completions are asked for the usage in each chunk, for servers
  /// with the field continuous_usage_stats, such as vLLM. The time between two chunks is then
  /// divided among the tokens of the later one.
  bool asks_chunk_usage = false;
  /// Fewest tokens per response, for servers that support it, such as vLLM; 0: not sent.
  std::uint64_t min_tokens = 0;
  /// Whether a response continues to max_tokens after the model's end-of-sequence token, for
  /// servers that support it, such as vLLM and llama.cpp.
  bool ignore_eos = false;
  /// Tools that the model may call: a JSON array of tools in the form of chat completions, of the
  /// Responses API or of the Messages API; each request has them in its own form. Empty: none.
  std::string tools{};
  /// The format that responses must have: a JSON schema, or an object as in the field
  /// response_format of chat completions. Empty: none.
  std::string response_format{};
  /// Whether the body of a streamed response is assembled from its events, for a log.
  bool keeps_text = false;
};

/// Why requests cannot be made; nothing: they can. Error: invalid_value.
std::optional<Error> find_error(const TextGeneration& generation);

/// The runs are called chat/complete, chat/stream, completions/complete, and so on.
/// If find_error() finds an error, each request fails with that error.
std::unique_ptr<Workload> make_workload(const Api& api, const TextGeneration& generation);

}  // namespace paceline
