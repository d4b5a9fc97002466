#pragma once

#include <string>

#include <paceline/prompt.h>
#include <paceline/workload/body_template.h>

namespace paceline::workload {

/// The messages as JSON strings with quotes, and with the placeholders of BodyTemplate.
struct PromptText {
  /// Empty: no system message.
  std::string system;
  std::string user;
};

/// Converts a prompt to messages for a BodyTemplate.
PromptText prompt_text(const Prompt& prompt);

}  // namespace paceline::workload
