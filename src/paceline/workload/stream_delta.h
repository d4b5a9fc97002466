#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace paceline::workload {

/// The part of the model's output that one event of a stream contains.
struct StreamDelta {
  /// Whether the event has reasoning, which is not a part of the answer.
  bool has_thoughts = false;
  /// Whether the event has a part of the answer: content, a refusal or a tool call.
  bool has_answer = false;
  /// Whether the reasoning is a summary.
  bool is_summary = false;
  /// Length of the reasoning.
  std::size_t thought_bytes = 0;
  /// The content in order; valid as long as the event.
  std::vector<std::string_view> texts;

  bool has_tokens() const { return has_thoughts || has_answer; }
  void clear();
};

/// Adds the content of a choice's `delta` in a chat completion chunk.
void read_chat_delta(simdjson::dom::element delta, StreamDelta& found);

/// Adds the content of an event of the Responses API. Only events whose type ends with ".delta"
/// have any.
void read_response_delta(std::string_view type, simdjson::dom::element event, StreamDelta& found);

}  // namespace paceline::workload
