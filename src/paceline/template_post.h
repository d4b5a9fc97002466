#pragma once

#include <memory>
#include <optional>
#include <string>

#include <paceline/api.h>
#include <paceline/prompt.h>
#include <paceline/workload.h>

namespace paceline {

/// POST requests with a body of the user's, for APIs that no other workload speaks to.
struct TemplatePost {
  /// Path of the requests under the base URL, such as "/api/generate". Empty: the base URL itself.
  std::string path{};
  /// The body: JSON, with these placeholders in strings: {n} becomes the item's number, {nonce} a
  /// text that is unique to the item and the run, {prompt} the prompt and {model} the model. {n}
  /// may also stand in place of a number.
  std::string body{};
  /// The model.
  std::string model{};
  /// The prompt.
  Prompt prompt{};
  /// Whether the server streams its response, as server-sent events or as newline-delimited JSON.
  bool is_streamed = false;
  /// JSON pointer (RFC 6901) to the text of a response, or of an event of a streamed one, such as
  /// "/message/content". Empty: every response without an error is a
  /// success. Streams need a pointer.
  std::string text_pointer{};
  /// JSON pointer to the number of tokens of the prompt; empty: not reported.
  std::string prompt_tokens_pointer{};
  /// JSON pointer to the number of tokens of the completion; empty: not reported.
  std::string completion_tokens_pointer{};
  /// Whether the text of a streamed response is kept, for a log.
  bool keeps_text = false;
};

/// Why requests cannot be made; nothing: they can. Error: invalid_value.
std::optional<Error> find_error(const TemplatePost& post);

/// The runs are called template/post or template/stream. If find_error() finds an error, each
/// request fails with that error.
std::unique_ptr<Workload> make_workload(const Api& api, const TemplatePost& post);

}  // namespace paceline
