#pragma once

#include <string>

#include <paceline/prompt.h>
#include <paceline/workload/body_template.h>

namespace paceline {

/// The prompt's messages in JSON strings with their quotes, marked as a BodyTemplate takes them.
struct PromptText {
  /// Empty: there is no system message.
  std::string system;
  std::string user;
};

/// Writes the prompt so that each item of a run gets its own.
PromptText prompt_text(const Prompt& prompt);

}  // namespace paceline
