#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <paceline/api.h>
#include <paceline/prompt.h>
#include <paceline/workload.h>

namespace paceline {

/// Text from a language model.
struct TextGeneration {
  /// chat or responses.
  ApiKind api = ApiKind::chat;
  /// Whether the text comes as it is made, in server-sent events.
  bool is_streamed = false;
  std::string model = "gpt-4o-mini";
  Prompt prompt{};
  double temperature = 0;
  /// The most tokens of a response; 0: not sent, the server decides.
  std::uint64_t max_tokens = 0;
  /// The fewest, for servers that take it, such as vLLM; 0: not sent.
  std::uint64_t min_tokens = 0;
  /// Whether the response is to go on to max_tokens when the model would end, for servers that take
  /// it, such as vLLM and llama.cpp.
  bool ignore_eos = false;
  /// Whether the text of streamed responses is put together in their body, for a log.
  bool keeps_text = false;
};

/// Its runs are called after what they ask, such as chat/complete or responses/stream.
std::unique_ptr<Workload> make_workload(const Api& api, const TextGeneration& generation);

}  // namespace paceline
