#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace paceline {

/// What one event of a stream brought of the model's output.
struct StreamDelta {
  /// Thoughts: reasoning that is no part of the answer.
  bool has_thoughts = false;
  /// A part of the answer: content, a refusal, or a tool's call.
  bool has_answer = false;
  /// Whether the thoughts are told as a summary, not as they are made.
  bool is_summary = false;
  std::size_t thought_bytes = 0;
  /// The content, in its order; valid while the event is.
  std::vector<std::string_view> texts;

  bool has_tokens() const { return has_thoughts || has_answer; }
  void clear();
};

/// Adds what the `delta` of a choice in a chat completion chunk brings.
void read_chat_delta(simdjson::dom::element delta, StreamDelta& found);

/// Adds what an event of the Responses API brings; only those whose type ends with ".delta" do.
void read_response_delta(std::string_view type, simdjson::dom::element event, StreamDelta& found);

}  // namespace paceline
